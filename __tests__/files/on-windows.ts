const { platform } = process;

/** Within each test around it, Node says that it runs on Windows. Paths stay those of this system. */
export function useWindows(): void {
  beforeEach(() => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
  });
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
  });
}

/** What Windows says when another process has the file open. */
export function heldOpen(): Error {
  return Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
}
