// Lets processes of dist share what V8 makes of its code. To compile it takes each of them a third of its time; what the
// code does is the same.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative, sep } = require('node:path');
const { Script } = require('node:vm');

/**
 * @param dist the folder with the code
 * @param cache the folder for what is made of it: of every function that ran, so each mode has its own
 */
exports.shareCompiledCode = (dist, cache) => {
  const { _compile: compile } = Module.prototype;
  const fresh = [];
  Module.prototype._compile = function (code, filename, ...rest) {
    if (!filename.startsWith(dist + sep)) return Reflect.apply(compile, this, [code, filename, ...rest]);
    const path = join(cache, relative(dist, filename).replaceAll(sep, '-'));
    const script = new Script(Module.wrap(code), { filename, cachedData: contentIfNewer(path, filename) });
    if (script.cachedDataRejected !== false) fresh.push({ script, path });
    const require = Object.assign(Module.createRequire(filename), { main: process.mainModule });
    return Reflect.apply(script.runInThisContext(), this.exports, [
      this.exports,
      require,
      this,
      filename,
      dirname(filename),
    ]);
  };
  process.on('exit', () => {
    for (const { script, path } of fresh) write(path, script.createCachedData());
  });
};

/** V8 itself only compares the length of the code. */
function contentIfNewer(path, than) {
  try {
    return statSync(path).mtimeMs > statSync(than).mtimeMs ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Others may read or write it at the same time. Where it cannot be kept, the process ends as it would have. */
function write(path, content) {
  const copy = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(copy, content);
    renameSync(copy, path);
  } catch {
    return;
  }
}
