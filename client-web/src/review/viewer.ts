// The page inside the sandboxed frame (/review/viewer.html). It has no origin, no network and no way out: it is handed the
// bytes of one attachment and shows them as a picture or as text, by what they are and not by what they claim to be.
import './viewer.css';
import { imageTypeOf, textOf } from './viewer_types';

interface Shown {
  bytes: Uint8Array<ArrayBuffer>;
  label: string; // for a screen reader
  refusal: string; // what to say when it cannot be shown
  dark: boolean;
  language: string;
}

function show(body: HTMLElement, { bytes, label, refusal, dark, language }: Shown): void {
  document.documentElement.lang = language;
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  const say = (text: string) => {
    const line = document.createElement('pre');
    line.textContent = text;
    body.replaceChildren(line);
  };
  const type = imageTypeOf(bytes);
  if (type === null) {
    say(textOf(bytes) ?? refusal);
    return;
  }
  const image = document.createElement('img');
  image.alt = label;
  image.addEventListener('error', () => {
    say(refusal);
  });
  image.src = URL.createObjectURL(new Blob([bytes], { type }));
  body.replaceChildren(image);
}

const place = document.getElementById('app');
addEventListener('message', (event: MessageEvent<Shown>) => {
  if (event.source === parent && place !== null) show(place, event.data);
});
// Nothing secret in it, and a page without an origin has none to name.
parent.postMessage('ready', '*');
