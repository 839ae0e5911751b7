/** A client of `ssh2-sftp-client`, or one like it. Its other methods are recorded too, where it has them. */
export interface SftpClientLike {
  connect(...args: never[]): Promise<unknown>;
  list(...args: never[]): Promise<unknown>;
  get(...args: never[]): Promise<unknown>;
  put(...args: never[]): Promise<unknown>;
  end(...args: never[]): Promise<unknown>;
}
