// A TCP relay in front of the server, so that a test can cut connections where it hurts. It sees TLS records only.
import net from 'node:net';

export type Cut =
  | 'request' // after the request has begun to go up, before the server has all of it
  | 'answer'; // after the server has taken the request, before its answer comes down

export class Proxy {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #cut: { where: Cut; least: number; times: number } | null = null;
  cuts = 0;

  private constructor(private readonly upstream: number) {
    this.#server = net.createServer((down) => {
      this.#relay(down);
    });
  }

  /** Listens on 127.0.0.1:`port` and relays to 127.0.0.1:`upstream`. */
  static async start(port: number, upstream: number): Promise<Proxy> {
    const proxy = new Proxy(upstream);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(port, '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** Cuts the next `times` connections that send at least `least` bytes up in one go. */
  cutNext(where: Cut, least: number, times = 1): void {
    this.#cut = { where, least, times };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #relay(down: net.Socket): void {
    const up = net.connect(this.upstream, '127.0.0.1');
    this.#sockets.add(down).add(up);
    const end = () => {
      down.destroy();
      up.destroy();
      this.#sockets.delete(down);
      this.#sockets.delete(up);
    };
    let sent = 0;
    let mute = false;
    let quiet: NodeJS.Timeout | undefined;
    down.on('data', (bytes) => {
      // What goes up between two pauses is one request, near enough.
      clearTimeout(quiet);
      quiet = setTimeout(() => (sent = 0), 150);
      sent += bytes.length;
      if (this.#cut !== null && sent >= this.#cut.least && !mute) {
        const { where } = this.#cut;
        this.cuts += 1;
        this.#cut.times -= 1;
        if (this.#cut.times === 0) this.#cut = null;
        if (where === 'request') {
          up.write(bytes.subarray(0, bytes.length >> 1));
          setTimeout(end, 50);
          return;
        }
        mute = true;
      }
      up.write(bytes);
    });
    up.on('data', (bytes) => {
      if (mute) end();
      else down.write(bytes);
    });
    for (const socket of [down, up]) {
      socket.on('error', end);
      socket.on('close', end);
      socket.setNoDelay(true);
    }
  }
}
