export interface FidelityOptions {
  readonly record: boolean;
  readonly seed: string;
  /** Part of the names of the shapes that are measured. */
  readonly only: string;
  /** URL of a database that holds the data; an empty text has them loaded. */
  readonly loaded: string;
  /** Whether the whole plans of shapes that differ are printed: of MySQL and MariaDB. */
  readonly plans: boolean;
}
