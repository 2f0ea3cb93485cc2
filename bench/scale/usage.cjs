// Loaded into a process (`node --require`), notes what it took, when it ends: milliseconds of the processor, and the most
// memory that it ever held, in KiB. Plain JavaScript, because the process under measurement has to load it as it is.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, maxRSS }));
});
