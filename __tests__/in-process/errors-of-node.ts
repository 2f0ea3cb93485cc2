/**
 * Jest runs tests in a world with an `Error` of its own, in which Node's errors are none: the SDK would wrap those of
 * connections, and hide their codes.
 */
export function knowErrorsOfNode(): void {
  Object.defineProperty(Error, Symbol.hasInstance, {
    configurable: true,
    value(this: unknown, value: unknown) {
      if (this === Error) return Object.prototype.toString.call(value) === '[object Error]';
      return Boolean(Reflect.apply(hasInstance, this, [value]));
    },
  });
}

const hasInstance = Reflect.get(Function.prototype, Symbol.hasInstance) as () => boolean;
