// Jest's environment for Node, in which a worker compiles each file once. Jest gives every test file modules of its own,
// and to compile the SDK and the sandbox again takes longer than most of the tests.
import vm from 'node:vm';

const { compileFunction } = vm;
const compiled = new Map();

vm.compileFunction = (source, parameters, options) => {
  const known = compiled.get(options?.filename);
  // V8 itself only compares the length of the source.
  if (known?.source === source) return compileFunction(source, parameters, { ...options, cachedData: known.code });
  const made = compileFunction(source, parameters, { ...options, produceCachedData: true });
  compiled.set(options?.filename, { source, code: made.cachedData });
  return made;
};

export { TestEnvironment as default } from 'jest-environment-node';
