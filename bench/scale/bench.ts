import { parseArgs } from 'node:util';
import { table } from '../report';
import { WORKS } from './works';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
  for (const { name, unit, sizes, run } of WORKS.filter((work) => work.name.includes(values.only))) {
    const rows = [];
    let names: readonly string[] = [];
    for (const size of sizes) {
      process.stderr.write(`${name}, ${size} …\n`);
      const figures = await run(size);
      names = Object.keys(figures);
      rows.push([name, size, ...Object.values(figures).map((value) => Number(value.toFixed(2)))]);
    }
    process.stdout.write(`\n${table(['work', unit, ...names], rows).join('\n')}\n`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
