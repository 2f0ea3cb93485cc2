/** An error as the SDK throws it for a refusal. */
export function sdkError(code: string, message = 'no', { status = 400, date }: { status?: number; date?: Date } = {}) {
  const headers = date ? { date: date.toUTCString() } : {};
  return Object.assign(new Error(message), {
    name: code,
    Error: { Code: code, Message: message },
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
    $response: { statusCode: status, headers },
  });
}

/** An error as the SDK throws it for an answer that it could not read. */
export function unreadable(status: number) {
  return Object.assign(new SyntaxError('Unexpected token <'), { $response: { statusCode: status, headers: {} } });
}

/** An error as the SDK throws it for an answer that broke off. */
export function brokenOff(status: number) {
  const hint =
    '\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.';
  return Object.assign(new Error(`aborted${hint}`), {
    code: 'ECONNRESET',
    $metadata: { httpStatusCode: status },
    $response: { statusCode: status, headers: {} },
  });
}

/** An error as the SDK throws it for an answer with an error's status that is XML, such as HTML, and names no error. */
export function pageFor(status: number) {
  return Object.assign(sdkError(status === 404 ? 'NotFound' : 'Unknown', 'Unknown', { status }), {
    Error: { Message: 'Unknown' },
  });
}

/** An error of the operating system or of OpenSSL, as Node.js throws it. */
export function connectionError(code: string) {
  return Object.assign(new Error(`connect ${code}`), { code });
}

/** An error as the SDK throws it when a connection was not opened in time. */
export function sdkTimeout() {
  return Object.assign(new Error('timed out'), { name: 'TimeoutError' });
}
