// Lets jest run TypeScript, and packages that ship as ES modules only. It checks nothing, and lines stay where they are.
import { transform } from 'sucrase';

export default {
  process(source, path) {
    const typescript = /\.[cm]?ts$/.test(path) ? ['typescript'] : [];
    return transform(source, {
      filePath: path,
      transforms: [...typescript, 'imports', 'jest'],
      disableESTransforms: true,
      production: true,
    });
  },
};
