// Preloaded into Node's Windows build, it gives it what does not come through Wine.
const { Socket } = require('node:net');

// Wine sets these variables itself, whatever is given from outside.
const { OUTSIDE_OF_WINE: outside } = process.env;
if (outside !== undefined) {
  delete process.env.OUTSIDE_OF_WINE;
  Object.assign(process.env, JSON.parse(outside));
}

// Wine refuses it for a socket that is not connected yet, and Node throws.
Socket.prototype.setKeepAlive = function () {
  return this;
};
