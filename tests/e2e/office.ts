// An office for one test file: a channel made by the program, its server on 127.0.0.1, and people at the command line.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Proxy } from './proxy';

export const program = process.env['CHANGGU'] ?? '';
if (!fs.existsSync(program)) throw new Error('CHANGGU must name the program');

const passphrase = 'correct horse battery staple 부근 자신';

export interface Result {
  code: number;
  out: string;
  err: string;
}

function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'ASAN_SYMBOLIZER_PATH', 'HOME'];
  return {
    LC_ALL: 'C.UTF-8',
    ...Object.fromEntries(
      kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
  };
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seconds = 60,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export class Office {
  readonly base = fs.mkdtempSync(path.join(os.tmpdir(), 'changgu-e2e-'));
  readonly #secret = path.join(this.base, 'passphrase');
  readonly #inner: number; // the server's own port, behind the proxy
  #server: ChildProcess | null = null;
  org = '';
  fingerprint: Record<'ko' | 'en', string[]> = { ko: [], en: [] };

  private constructor(
    readonly port: number,
    inner: number,
    readonly proxy: Proxy,
  ) {
    this.#inner = inner;
  }

  get origin(): string {
    return `https://localhost:${this.port}`;
  }
  /** What the poster's QR code says. */
  get poster(): string {
    return `${this.origin}/#org=${this.org}&seq=0`;
  }
  file(name: string): string {
    return path.join(this.base, name);
  }
  get certificate(): string {
    return this.file('channel/tls/certificate.pem');
  }

  /**
   * A channel with reviewers 1…`reviewers` at the command line and an epoch; ticks every second, with much less chaff than
   * in use. `settings` follow what the configuration ends with, the section of the storage.
   */
  static async make(reviewers = 3, init: string[] = [], settings = ''): Promise<Office> {
    const port = await freePort();
    const inner = await freePort();
    const office = new Office(port, inner, await Proxy.start(port, inner));
    fs.writeFileSync(office.#secret, passphrase);
    const made = await office.run([
      ...[
        'init',
        '--dir',
        office.file('channel'),
        '--origin',
        office.origin,
        '--tick',
        '1',
        '--tick-offset',
        '0',
        '--fill',
        '2',
      ],
      ...[
        '--overlap',
        '600',
        '--name-ko',
        '한빛시 감사담당관',
        '--name-en',
        'Hanbit City Audit',
        '--root-keyring',
        office.file('root.keyring'),
      ],
      ...['--recovery-keyring', office.file('recovery.keyring'), '--passphrase-file', office.#secret],
      ...['--recovery-passphrase-file', office.#secret, ...init],
    ]);
    const [ko = '', en = '', org = ''] = made.out.trim().split('\n');
    office.fingerprint = { ko: ko.normalize('NFC').split(' '), en: en.split(' ') };
    office.org = org;
    const config = office.file('channel/changgu.toml');
    const text = fs.readFileSync(config, 'utf8');
    fs.writeFileSync(config, text.replace(/^listen = .*$/m, `listen = "127.0.0.1:${inner}"`) + settings);
    await office.start();
    for (let number = 1; number <= reviewers; ++number) await office.enrol(number, number === reviewers);
    return office;
  }

  async run(args: string[], options: { stdin?: string; expect?: number[] } = {}): Promise<Result> {
    const child = spawn(program, args, {
      env: environment(),
      cwd: this.base,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
    const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
    const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
    clearTimeout(timer);
    const result = { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
    if (!(options.expect ?? [0]).includes(code))
      throw new Error(
        `changgu ${args.slice(0, 2).join(' ')} ended with ${code}\n${result.out}\n${result.err}`,
      );
    return result;
  }

  async admin(...args: string[]): Promise<Result> {
    return this.run([...args, ...this.#with('root.keyring')]);
  }
  async reviewer(number: number, args: string[], stdin = ''): Promise<Result> {
    // 7: nothing there, which is an answer too.
    return this.run([...args, ...this.#with(`reviewer-${number}.keyring`)], { stdin, expect: [0, 7] });
  }
  public(): string[] {
    return ['--server', this.origin, '--org', this.org, '--ca', this.certificate];
  }
  #with(keyring: string): string[] {
    return [
      '--keyring',
      this.file(keyring),
      '--passphrase-file',
      this.#secret,
      '--ca',
      this.certificate,
      '--json',
    ];
  }
  get passphrase(): string {
    return passphrase;
  }

  /** Numbers of the cases that a reviewer at the command line has. */
  async cases(number: number): Promise<string[]> {
    const { out } = await this.reviewer(number, ['inbox']);
    return (JSON.parse(out) as { cases: { number: string }[] }).cases.map((shown) => shown.number);
  }
  /** The one that was not among these. */
  async newCase(number: number, before: string[]): Promise<string> {
    const added = (await this.cases(number)).filter((name) => !before.includes(name));
    if (added.length !== 1) throw new Error(`${added.length} new cases, not one`);
    return added[0] ?? '';
  }
  async invite(number: number): Promise<string> {
    const { out } = await this.admin('reviewers', 'invite', '--number', String(number));
    return (JSON.parse(out) as { code: string }).code;
  }
  async approve(
    number: number,
    rotate: boolean,
    role: [string, string] = roles[number] ?? ['조사관', 'Investigator'],
  ): Promise<void> {
    await this.admin(
      ...[
        'reviewers',
        'approve',
        String(number),
        '--role-ko',
        role[0],
        '--role-en',
        role[1],
        '--desk',
        'integrity',
      ],
      ...(rotate ? [] : ['--no-rotate']),
    );
  }
  async enrol(number: number, rotate: boolean): Promise<void> {
    const code = this.file(`code-${number}`);
    fs.writeFileSync(code, await this.invite(number));
    await this.run([
      ...[
        'enrol',
        ...this.public(),
        '--keyring',
        this.file(`reviewer-${number}.keyring`),
        '--code-file',
        code,
      ],
      ...['--passphrase-file', this.#secret, '--json'],
    ]);
    await this.approve(number, rotate);
  }

  async start(): Promise<void> {
    const log = fs.openSync(this.file('server.log'), 'a');
    const server = spawn(program, ['serve', '--config', this.file('channel/changgu.toml')], {
      env: environment(),
      cwd: this.base,
      stdio: ['ignore', log, log],
    });
    fs.closeSync(log);
    this.#server = server;
    await until('the server listens', async () => {
      if (server.exitCode !== null) throw new Error(`the server ended\n${this.log()}`);
      return new Promise((resolve) => {
        const probe = net.connect(this.#inner, '127.0.0.1');
        probe.once('connect', () => {
          probe.destroy();
          resolve(true);
        });
        probe.once('error', () => {
          resolve(false);
        });
      });
    });
  }
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  /** What anybody gets at that path. */
  async get(target: string): Promise<string> {
    return fetchOverTls(this.#inner, fs.readFileSync(this.certificate), target);
  }
  log(): string {
    return fs.readFileSync(this.file('server.log'), 'utf8');
  }
  #releases(): number {
    return this.log().split(' tick_done ').length;
  }
  /** Until all that is acknowledged now has been released. */
  async release(): Promise<void> {
    const before = this.#releases();
    await until('two releases', () => this.#releases() >= before + 2);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.proxy.stop();
    fs.rmSync(this.base, { recursive: true });
  }
}

async function fetchOverTls(port: number, ca: Buffer, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    https
      .get({ host: '127.0.0.1', servername: 'localhost', port, ca, path: target, agent: false }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (bytes: Buffer) => parts.push(bytes));
        answer.on('end', () => {
          resolve(Buffer.concat(parts).toString());
        });
      })
      .on('error', reject);
  });
}

export const roles: Record<number, [string, string]> = {
  1: ['감사담당관', 'Audit office'],
  2: ['조사관', 'Investigator'],
  3: ['총무과장', 'General affairs'],
};
