import fc from 'fast-check';

/** Texts that have meant more to some parser, shell, runner or language than to the one who wrote them. */
const LOADED = [
  ...['', ' ', '\n', '\r\n', '\t', '\u0085', '\u00a0', '\u2028', '\u202e', '\ufeff', '\u0000', '\u001b[2J', '\ud800'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '[object Object]', 'undefined', 'null'],
  ...['1e3', '0x10', '0b1', '0o17', 'NaN', 'Infinity', '-0', '-1', '+900', '900.0', '1_000', '٣٦٠٠', '9'.repeat(400)],
  ...['true', 'True', 'yes', 'on', '~', '!!binary eA==', '&a [*a]', '<<: *x', '%YAML 1.1', '---', '...', '? a', '{[}'],
  ...['::add-mask::e', '::stop-commands::x', '##[error]x', '%0A::error::x', '::set-output name=mode::x', 'A<<B'],
  ...['${{ secrets.X }}', '$(id)', '`id`', '; id', '| id', '../../../etc/passwd', 'C:\\con', '\\\\host\\share'],
  ...[
    '/dev/zero',
    '/dev/full',
    '/dev/stdin',
    '/proc/self/environ',
    '/',
    '.',
    'arn:',
    'arn:aws:iam::',
    '*',
    '?',
    '(a+)+$',
  ],
];

/** What repeats makes slow patterns slow; nothing in an environment is longer than 128 KiB. */
const huge = fc
  .tuple(
    fc.constantFrom(
      ' ',
      '\n',
      'a',
      '/',
      ':',
      '-',
      '=',
      '{',
      '[',
      '"',
      '\\',
      'a\n',
      ' on ',
      '&a ',
      '- ',
      'é',
      '😀',
      'a,',
    ),
    fc.constantFrom(300, 5_000, 60_000),
    fc.constantFrom('', 'a', 'a on b'),
  )
  .map(([part, times, end]) => `a${part.repeat(times / part.length)}${end}`);

/** Text that follows no rule. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...LOADED) },
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: huge },
);

/** Text with one thing wrong with it, more or less: cut, doubled, turned, or with something put in. */
export function nearly(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      text,
      fc.nat(),
      fc.nat(),
      fc.constantFrom(...LOADED),
      fc.constantFrom('cut', 'put', 'double', 'turn', 'swap'),
    )
    .map(([whole, one, other, loaded, how]) => {
      const [from, to] = [one % (whole.length + 1), other % (whole.length + 1)].sort((a, b) => a - b) as [
        number,
        number,
      ];
      const [before, part, after] = [whole.slice(0, from), whole.slice(from, to), whole.slice(to)];
      switch (how) {
        case 'cut':
          return before + after;
        case 'put':
          return before + loaded + part + after;
        case 'double':
          return before + part + part + after;
        case 'turn':
          return before + part.toUpperCase() + after.toLowerCase();
        case 'swap':
          return after + part + before;
      }
    });
}

/** Mostly right, often nearly right, now and then anything. */
export function mostly(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 10, arbitrary: text },
    { weight: 3, arbitrary: nearly(text) },
    { weight: 1, arbitrary: anyText },
  );
}
