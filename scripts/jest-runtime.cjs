const { sep } = require('node:path');
const { default: Runtime } = require('jest-runtime');

/** What a test is about, and what that needs. No module of them keeps what a test did. */
const SHARED = ['node_modules', 'sandbox', 'src'];

/** Outlives the test files of this worker, with what it has loaded for them. */
let lasting;

/**
 * Loads modules that are not tests themselves once for all test files of a worker. A file that mocks modules has its
 * own; so has each run that watches for edits.
 */
module.exports = class SharingRuntime extends Runtime {
  #shares;

  constructor(...settings) {
    super(...settings);
    const { watch, watchAll } = settings.at(-1);
    this.#shares = !watch && !watchAll;
    lasting ??= new Runtime(...settings);
  }

  setMock(...mock) {
    this.#shares = false;
    super.setMock(...mock);
  }

  requireModule(from, name, options, isRequireActual) {
    if (this.#shares && name && !options?.isInternalModule && !this._resolution.isCoreModule(name)) {
      const path = this._resolution.resolveCjs(from, name);
      if (SHARED.some((folder) => path.startsWith(`${this._config.rootDir}${sep}${folder}${sep}`))) {
        return lasting.requireModule(from, name);
      }
    }
    return super.requireModule(from, name, options, isRequireActual);
  }
};
