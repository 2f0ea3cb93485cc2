/** What `matrix` stands for in one job of a matrix. */
export type Combination = Readonly<Record<string, unknown>>;

/**
 * The jobs that a matrix makes, in GitHub's order: every combination, without those excluded, and with what `include`
 * adds to them or besides them.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix
 *
 * @param matrix as in the workflow, with expressions filled in
 * @throws Error when a part of it is no list
 */
export function combinations(matrix: Readonly<Record<string, unknown>>): Combination[] {
  const { include = [], exclude = [], ...axes } = matrix;
  const [included, excluded] = [listOf('include', include), listOf('exclude', exclude)];
  let all: Combination[] = [{}];
  for (const [name, values] of Object.entries(axes)) {
    all = all.flatMap((combination) => listOf(name, values).map((value) => ({ ...combination, [name]: value })));
  }
  if (Object.keys(axes).length === 0) all = [];
  const kept = all.filter((combination) => !excluded.some((part) => agrees(combination, part)));
  const additions = kept.map((): Combination => ({}));
  const besides: Combination[] = [];
  for (const part of included) {
    const fitting = kept.flatMap((combination, index) => (agreesOnAxes(combination, part) ? [index] : []));
    for (const index of fitting) additions[index] = { ...additions[index], ...part };
    if (fitting.length === 0) besides.push(part);
  }
  return [...kept.map((combination, index) => ({ ...combination, ...additions[index] })), ...besides];
}

function listOf(name: string, values: unknown): Combination[] {
  if (!Array.isArray(values)) throw new Error(`The matrix has no list under "${name}"`);
  return values as Combination[];
}

/** Whether the combination has every value that the part has. */
function agrees(combination: Combination, part: Combination): boolean {
  return Object.entries(part).every(([name, value]) => same(combination[name], value));
}

/** Whether adding the part would change no value that the combination was made of. */
function agreesOnAxes(combination: Combination, part: Combination): boolean {
  return Object.entries(part).every(([name, value]) => !(name in combination) || same(combination[name], value));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
