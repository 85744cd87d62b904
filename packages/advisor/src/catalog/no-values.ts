/** Of `ColumnStatistics` what holds values, or says how often each comes: none of it. */
export const NO_VALUES = {
  commonValues: null,
  commonFrequencies: null,
  histogram: null,
  commonElements: null,
  commonElementFrequencies: null,
  elementCountHistogram: null,
  rangeLengthHistogram: null,
  rangeEmptyFraction: null,
  rangeBoundsHistogram: null,
} as const;
