// Saving to the reviewer's own disk, always on their own click.

/** A name that no disk trips over and that hides no second extension behind a right-to-left mark. */
export function safeFileName(name: string): string {
  const clean = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  return clean === '' ? 'file' : clean.slice(0, 120);
}

export function saveFile(name: string, content: Uint8Array<ArrayBuffer> | string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = safeFileName(name);
  link.click();
  // The browser has taken the blob by the next turn; a link that stays could be opened inside this page's origin.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 1000);
}
