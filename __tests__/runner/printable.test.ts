import { visible } from '../../src/errors/message';
import { printable } from '../../src/runner/printable';

describe('a text that someone else wrote is no command to the runner', () => {
  test.each([
    ['at its beginning', '::stop-commands::x', ': :stop-commands::x'],
    ['after white space', '  \t::error::x', '  \t: :error::x'],
    ['on a later line', 'AWS said\n::add-mask::a\r\n::x', 'AWS said\n: :add-mask::a\n: :x'],
    ['after a bare return', 'AWS said\r::x', 'AWS said\n: :x'],
    // The runner trims what .NET takes for white space, which is more than JavaScript does.
    ['after a next line (U+0085)', ' \u0085::add-mask::x', ' : :add-mask::x'],
    ['in the older form, anywhere', '- "##[error]x"', '- "## [error]x"'],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.each(['arn:aws:iam::123456789012:user/a', '+ # [', '      - "s3:*"'])('%s stays as it is', (text) => {
    expect(printable(text)).toBe(text);
  });
});

describe('a text that a server sent changes nothing of what is around it', () => {
  test.each([
    ['colours', '\u001b[31;1mred\u001b[0m', 'red'],
    ['a cleared screen', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['a link', '\u001b]8;;https://evil.example\u0007here\u001b]8;;\u0007', 'here'],
    ['a sequence of one character', '\u009b31mred', 'red'],
    ['a sequence without an end', 'a\u001b', 'a'],
    ['bells, nulls and erased characters', 'a\u0007b\u0000c\u0008d\u007f', 'abcd'],
    ['a line that is overwritten', 'refused\rallowed', 'refused\nallowed'],
    ['a direction that is turned', 'a\u202egnp.exe\u2066', 'agnp.exe'],
    ['what is seen', 'Zugriff verweigert:\n\tüñ 日本 👩‍💻', 'Zugriff verweigert:\n\tüñ 日本 👩‍💻'],
  ])('%s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('a command is none either when a sequence hides it', () => {
    expect(printable('\u001b[0m::add-mask::x')).toBe(': :add-mask::x');
    expect(printable('#\u0000#[error]x')).toBe('## [error]x');
  });
});
