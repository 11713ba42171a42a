/**
 * Where the bytes of result lines go: stdout, or what stands in for it. Of a call that fails nothing was taken.
 * What can be ridden out is thrown as {@link RetryLater}; any other error means that no call will succeed again.
 */
export interface Outlet {
  /** Takes as many of the bytes as it can, from the first on. @returns how many, at least one */
  write(bytes: Uint8Array): Promise<number>;
  /** Resolves once everything that was taken outlasts a loss of power, where this can be had at all. */
  sync(): Promise<void>;
  /** Whether somebody left it in the middle of a line, or may have. */
  endsInHalfLine(): Promise<boolean>;
}
