// Loaded into a process (`node --require`), notes the most memory that it ever held, in KiB, when it ends. Plain
// JavaScript, because the process under measurement has to load it as it is.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  writeFileSync(process.env.BENCH_PEAK_MEMORY, String(process.resourceUsage().maxRSS));
});
