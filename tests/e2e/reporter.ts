// An employee at the pages, in one language: what they see is what they click.
import type { Browser, Locator, Page } from 'playwright-core';
import { en } from '../../client-web/src/report/i18n/en';
import { ko, type Text } from '../../client-web/src/report/i18n/ko';
import { type Settings, visit, type Visitor } from './browser';

export interface Tip {
  category: string; // as the page shows it
  text: string;
  excluded?: string[]; // roles as the page shows them
  answers?: Record<string, string>; // question as the page shows it → text
  files?: { name: string; mimeType: string; buffer: Buffer }[];
}

export interface Receipt {
  words: string[];
}

export class Reporter {
  readonly t: Text;
  readonly page: Page;

  private constructor(
    readonly visitor: Visitor,
    language: 'ko' | 'en',
  ) {
    this.page = visitor.page;
    this.t = language === 'ko' ? ko : en;
  }

  static async at(browser: Browser, url: string, settings: Settings = {}): Promise<Reporter> {
    const visitor = await visit(browser, url, settings);
    return new Reporter(visitor, settings.language ?? 'ko');
  }
  async close(): Promise<void> {
    await this.visitor.context.close();
  }

  heading(text: string): Locator {
    return this.page.getByRole('heading', { level: 1, name: text, exact: true });
  }
  button(text: string): Locator {
    return this.page.getByRole('button', { name: text, exact: true });
  }
  async openForm(): Promise<void> {
    await this.page.locator('.door').first().click();
    await this.heading(this.t.form.title).waitFor();
  }
  async write(tip: Tip): Promise<void> {
    const { page, t } = this;
    await page.getByText(tip.category, { exact: true }).click();
    await page.getByLabel(t.form.text, { exact: true }).fill(tip.text);
    for (const [question, answer] of Object.entries(tip.answers ?? {}))
      await page.getByLabel(question).fill(answer);
    for (const role of tip.excluded ?? []) await page.getByRole('checkbox', { name: role }).uncheck();
    if (tip.files !== undefined) {
      await page.locator('input[type=file]').setInputFiles(tip.files);
      await page
        .locator('.files li')
        .nth(tip.files.length - 1)
        .waitFor();
      await page.getByText(t.files.cleaning).first().waitFor({ state: 'detached' });
    }
  }
  async send(): Promise<void> {
    await this.button(this.t.form.send).click();
  }
  /** Copies the receipt down, types two parts of it back, and ends at the last page. */
  async takeReceipt(): Promise<Receipt> {
    const { page, t } = this;
    await this.heading(t.receipt.title).waitFor();
    const receipt = await this.readReceipt();
    await this.button(t.receipt.written).click();
    await this.heading(t.check.title).waitFor();
    for (const field of await page.locator('.field').all()) {
      const label = await field.locator('label').innerText();
      const position = Number(/\d+/.exec(label)?.[0]);
      await field.locator('input').fill(receipt.words[position - 1] ?? '');
    }
    await this.button(t.check.done).click();
    await this.heading(t.done.title).waitFor();
    return receipt;
  }
  async readReceipt(): Promise<Receipt> {
    const items = await this.page.locator('ol.words li').allInnerTexts();
    return { words: items.map((item) => item.replace(/^\d+\s*/, '').trim()) };
  }
  /** The whole way of a first report. */
  async report(tip: Tip): Promise<Receipt> {
    await this.openForm();
    await this.write(tip);
    await this.send();
    return this.takeReceipt();
  }

  async openAnswers(receipt: Receipt | string): Promise<void> {
    await this.page.locator('.door').nth(1).click();
    await this.page
      .getByLabel(this.t.answers.label)
      .fill(typeof receipt === 'string' ? receipt : receipt.words.join(' '));
    await this.button(this.t.answers.look).click();
  }
  reply(number: number): Locator {
    return this.page.getByRole('article', { name: this.t.thread.answer(number) });
  }
  async burn(number: number): Promise<void> {
    await this.reply(number).getByRole('button', { name: this.t.thread.burn }).click();
    await this.reply(number).getByRole('button', { name: this.t.thread.burnYes, exact: true }).click();
  }
  async followUp(text: string): Promise<void> {
    await this.button(this.t.thread.writeOn).click();
    await this.page.getByLabel(this.t.followUp.text).fill(text);
    await this.send();
    await this.heading(this.t.done.followUpTitle).waitFor();
  }
}
