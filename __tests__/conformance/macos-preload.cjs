Object.defineProperty(process, 'platform', { value: 'darwin' });
