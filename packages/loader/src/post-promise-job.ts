const resolved = Promise.resolve();

/**
 * The default `batchScheduleFn`: calls back when the current run of code and all promise jobs that follow from it are done,
 * so that loads in `then` callbacks join the batch. In Node a tick that is asked for by a promise job comes after all
 * promise jobs; elsewhere it takes a timer. Which one is decided when the module is loaded.
 */
export const enqueuePostPromiseJob: (callback: () => void) => void =
  typeof process === "object" && typeof process.nextTick === "function"
    ? (callback) => {
        void resolved.then(() => process.nextTick(callback));
      }
    : typeof setImmediate === "function"
      ? (callback) => {
          setImmediate(callback);
        }
      : (callback) => {
          setTimeout(callback);
        };
