// A reviewer at the console, in one language: what they see is what they click.
import type { Browser, Download, Locator, Page } from 'playwright-core';
import { en } from '../../client-web/src/review/i18n/en';
import { ko, type Catalogue } from '../../client-web/src/review/i18n/ko';
import { type Settings, visit, type Visitor } from './browser';
import { type Office, until } from './office';

type Tab = 'queue' | 'figures' | 'retention' | 'alarms' | 'activity' | 'keys';
type Template = keyof Catalogue['reply']['templates'];

export class Reviewer {
  readonly t: Catalogue;
  readonly page: Page;

  private constructor(
    readonly visitor: Visitor,
    readonly language: 'ko' | 'en',
  ) {
    this.page = visitor.page;
    this.t = language === 'ko' ? ko : en;
  }

  /** The console's page, wide unless `settings` say otherwise; `url` may be an invitation. */
  static async at(browser: Browser, url: string, settings: Settings = {}): Promise<Reviewer> {
    const visitor = await visit(browser, url, {
      width: 1280,
      height: 900,
      ...settings,
    });
    visitor.page.setDefaultTimeout(30_000);
    return new Reviewer(visitor, settings.language ?? 'ko');
  }
  /** An open console of a reviewer of the command line, by their keyring file. */
  static async ofFile(
    browser: Browser,
    office: Office,
    number: number,
    settings: Settings = {},
  ): Promise<Reviewer> {
    const reviewer = await Reviewer.at(browser, `${office.origin}/review/`, settings);
    await reviewer.unlockFile(office, number);
    return reviewer;
  }
  async close(): Promise<void> {
    await this.visitor.context.close();
  }

  heading(text: string): Locator {
    return this.page.getByRole('heading', {
      level: 1,
      name: text,
      exact: true,
    });
  }
  button(text: string): Locator {
    return this.page.getByRole('button', { name: text, exact: true });
  }
  region(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }
  get dialog(): Locator {
    return this.page.locator('dialog[open]');
  }

  // --- the door

  /** From the invitation to the page that waits for approval: the offered words typed back, the key on the server. */
  async enrol(
    look: (state: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<{ passphrase: string; spare: Download }> {
    const { page, t } = this;
    await this.heading(t.enrol.compareHeading).waitFor();
    await look('enrol-compare');
    await page.getByLabel(t.enrol.compared).check();
    await this.button(t.next).click();
    await this.heading(t.enrol.passHeading).waitFor();
    const words = page.getByLabel(t.enrol.words, { exact: true });
    await until('six words', async () => (await words.innerText()).trim().split(/\s+/).length === 6);
    const passphrase = (await words.innerText()).trim();
    await page.getByLabel(t.enrol.retype).fill(`${passphrase}x`);
    await this.button(t.next).click();
    await page.getByRole('alert').getByText(t.enrol.retypeWrong).waitFor();
    await look('enrol-passphrase');
    await page.getByLabel(t.enrol.retype).fill(passphrase);
    await this.button(t.next).click();
    await this.heading(t.enrol.placeHeading).waitFor();
    await page.getByLabel(t.enrol.placeServer).check();
    await look('enrol-place');
    await this.button(t.enrol.make).click();
    await this.heading(t.enrol.doneHeading).waitFor();
    const saving = page.waitForEvent('download');
    await this.button(t.enrol.saveSpare).click();
    const spare = await saving;
    await look('enrol-waiting');
    await this.button(t.enrol.toUnlock).click();
    return { passphrase, spare };
  }
  async unlockFromServer(number: number, passphrase: string): Promise<void> {
    const { page, t } = this;
    await this.heading(t.start.heading).waitFor();
    await page.getByLabel(t.start.number, { exact: true }).fill(String(number));
    await page.getByLabel(t.start.passphrase, { exact: true }).fill(passphrase);
    await this.button(t.start.unlock).click();
    await this.#opened();
  }
  async unlockFile(office: Office, number: number): Promise<void> {
    const { page, t } = this;
    await this.heading(t.start.heading).waitFor();
    await page.getByRole('radio', { name: t.start.onFile }).check();
    await page.getByLabel(t.start.file).setInputFiles(office.file(`reviewer-${number}.keyring`));
    await page.getByLabel(t.start.passphrase, { exact: true }).fill(office.passphrase);
    await this.button(t.start.unlock).click();
    await this.#opened();
  }
  async #opened(): Promise<void> {
    await this.heading(this.t.queue.heading).waitFor();
    await this.page.getByText(this.t.shell.checkedNow).waitFor();
  }
  /** Locks, also when something is unsaved. */
  async lock(): Promise<void> {
    await this.button(this.t.shell.lock).click();
    const anyway = this.button(this.t.lock.justLock);
    const start = this.heading(this.t.start.heading);
    await anyway.or(start).first().waitFor();
    if (await anyway.isVisible()) await anyway.click();
    await start.waitFor();
    await this.page.getByText(this.t.lock.done).waitFor();
  }

  // --- the queue

  async go(tab: Tab): Promise<void> {
    await this.page.locator('.tabs .tab', { hasText: this.t.shell[tab] }).click();
    await this.heading(this.t[tab].heading).waitFor();
  }
  async check(): Promise<void> {
    await this.button(this.t.shell.refresh).click();
  }
  row(text: string): Locator {
    return this.page.locator('.case-row', { hasText: text });
  }
  /** Reads the inbox until the case stands in the queue, and opens it. Its number. */
  async openCase(text: string): Promise<string> {
    await this.go('queue');
    await this.row(text).first().waitFor();
    const number = await this.row(text).first().locator('.case-number').innerText();
    await this.row(text).first().click();
    await this.page.locator('.case-head', { hasText: number }).waitFor();
    return number;
  }

  // --- a case

  get history(): Locator {
    return this.region(this.t.case.history);
  }
  async note(text: string): Promise<void> {
    const notes = this.region(this.t.case.notes);
    await notes.getByLabel(this.t.case.note).fill(text);
    await notes.getByRole('button', { name: this.t.save }).click();
    await notes.locator('.note', { hasText: text }).waitFor();
  }
  #labelled(id: string): Locator {
    return this.page.locator('.field', { has: this.page.locator(`#${id}`) });
  }
  async chooseStatus(status: keyof Catalogue['status']): Promise<void> {
    await this.page.locator('#status').selectOption(status);
  }
  async saveStatus(): Promise<void> {
    await this.#labelled('status').getByRole('button', { name: this.t.save }).click();
  }
  async add(what: 'tag' | 'similar', text: string): Promise<void> {
    await this.page.locator(`#${what}`).fill(text);
    await this.#labelled(what).getByRole('button', { name: this.t.add }).click();
  }
  /** Extending or stepping aside, with a reason. */
  async withReason(what: 'extend' | 'recuse', reason: string): Promise<void> {
    const label = this.t.case[what];
    await this.button(label).click();
    await this.dialog.getByLabel(this.t.case.reason).fill(reason);
    await this.dialog.getByRole('button', { name: label }).click();
    await this.dialog.waitFor({ state: 'detached' });
  }
  /** The dialog with the colleagues, one of them by the role that the page shows. */
  async colleague(role: string): Promise<Locator> {
    await this.button(this.t.case.handOver).click();
    return this.dialog.getByRole('radio', { name: role });
  }
  async handOver(role: string): Promise<void> {
    await (await this.colleague(role)).check();
    await this.dialog.getByRole('button', { name: this.t.case.handOver }).click();
    await this.dialog.waitFor({ state: 'detached' });
  }
  /** Begins an answer from a template; `rewrite` makes of it what is to be sent. Ends before the last question. */
  async write(template: Template, rewrite: (text: string) => string): Promise<void> {
    const { page, t } = this;
    await this.button(t.case.reply).click();
    const box = page.locator('#reply-text');
    await page
      .getByRole('group', { name: t.reply.template, exact: true })
      .getByText(t.reply.templates[template], { exact: true })
      .click();
    await until('the template is there', async () => (await box.inputValue()) !== '');
    await box.fill(rewrite(await box.inputValue()));
    await this.button(t.reply.check).click();
    await this.dialog.getByRole('heading', { name: t.reply.confirmHeading }).waitFor();
  }
  async send(): Promise<void> {
    await this.dialog.getByRole('button', { name: this.t.reply.send, exact: true }).click();
    await this.dialog.waitFor({ state: 'detached' });
    await this.page.locator('.message.office').first().waitFor();
  }
}
