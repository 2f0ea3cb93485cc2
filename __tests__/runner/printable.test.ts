import { printable } from '../../src/runner/printable';

describe('a text that someone else wrote is no command to the runner', () => {
  test.each([
    ['at its beginning', '::stop-commands::x', ': :stop-commands::x'],
    ['after white space', '  \t::error::x', '  \t: :error::x'],
    ['on a later line', 'AWS said\n::add-mask::a\r\n::x', 'AWS said\n: :add-mask::a\r\n: :x'],
    ['after a bare return', 'AWS said\r::x', 'AWS said\r: :x'],
    // The runner trims what .NET takes for white space, which is more than JavaScript does.
    ['after a next line (U+0085)', ' \u0085::add-mask::x', ' \u0085: :add-mask::x'],
    ['in the older form, anywhere', '- "##[error]x"', '- "## [error]x"'],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.each(['arn:aws:iam::123456789012:user/a', '+ # [', '      - "s3:*"'])('%s stays as it is', (text) => {
    expect(printable(text)).toBe(text);
  });
});
