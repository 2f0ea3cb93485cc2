const { TestEnvironment } = require('jest-environment-node');

const SHARING_RUNTIME = require.resolve('./jest-runtime.cjs');

/** The one of this worker. */
let kept;

/** One for all test files of a worker, which then can share modules, where they do; what a file adds to it goes with the file. */
module.exports = class SharedEnvironment extends TestEnvironment {
  #own;

  constructor(config, context) {
    if (kept) {
      kept.#removeAdded();
      return kept;
    }
    super(config, context);
    if (config.projectConfig.runtime === SHARING_RUNTIME) kept = this;
    knowErrorsOfNode(this.global);
    this.#own = new Set(Reflect.ownKeys(this.global));
  }

  async setup() {
    // Node makes an error for each HMAC and each request that ends: the 100 lines that jest asks for cost a tenth of all.
    this.global.Error.stackTraceLimit = Error.stackTraceLimit = 10;
  }

  /** What a file added stays until the next one: an error that comes late is still that file's. */
  async teardown() {
    if (kept) this.fakeTimersModern.useRealTimers();
    else await super.teardown();
  }

  #removeAdded() {
    for (const name of Reflect.ownKeys(this.global)) {
      if (!this.#own.has(name)) Reflect.deleteProperty(this.global, name);
    }
  }
};

/**
 * Jest runs tests in a world with an `Error` of its own, in which Node's errors are none: the SDK would wrap those of
 * connections, and hide their codes.
 */
function knowErrorsOfNode({ Error, Function: { prototype } }) {
  const hasInstance = prototype[Symbol.hasInstance];
  Object.defineProperty(Error, Symbol.hasInstance, {
    value(value) {
      if (this === Error) return Object.prototype.toString.call(value) === '[object Error]';
      return Reflect.apply(hasInstance, this, [value]);
    },
  });
}
