import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AnswerTooLongError, limited, MAX_ANSWER_BYTES } from '../../src/network/answer-size';

function* pieces(bytes: number): Generator<Buffer> {
  const size = 64 * 1024;
  for (let left = bytes; left > 0; left -= size) yield Buffer.alloc(Math.min(size, left), 'a');
}

test('an answer passes through as it is, up to the limit', async () => {
  expect((await buffer(limited(Readable.from(['one', Buffer.from('two')])))).toString()).toBe('onetwo');
  expect((await buffer(limited(Readable.from(pieces(MAX_ANSWER_BYTES))))).length).toBe(MAX_ANSWER_BYTES);
  expect((await buffer(limited(Readable.from([])))).length).toBe(0);
});

test('a longer one fails, and is not read on', async () => {
  const body = Readable.from(pieces(MAX_ANSWER_BYTES + 1));
  await expect(buffer(limited(body))).rejects.toThrow(new AnswerTooLongError());
  expect(body.destroyed).toBe(true);
  expect(new AnswerTooLongError()).toMatchObject({
    name: 'AnswerTooLongError',
    message: 'the answer has more than 8 MiB',
  });
  const endless = Readable.from(pieces(Infinity));
  await expect(buffer(limited(endless))).rejects.toBeInstanceOf(AnswerTooLongError);
  expect(endless.destroyed).toBe(true);
});

test('an answer that breaks off fails as it did', async () => {
  const broken = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  const body = new PassThrough();
  const read = buffer(limited(body));
  body.write('half');
  body.destroy(broken);
  await expect(read).rejects.toBe(broken);
});
