import { useState } from 'preact/hooks';

import type { ChannelView } from '../contract';
import { usePage } from '../page';

interface Props {
  channel: ChannelView;
  compared: boolean;
  onSame: () => void;
  onDifferent: () => void;
}

/** Says whether this is the poster's channel, and lets one compare where the page cannot know. */
export function Fingerprint({ channel, compared, onSame, onDifferent }: Props) {
  const { t, language } = usePage();
  const [shown, setShown] = useState(false);
  if (channel.pinned || compared)
    return (
      <div class="notice good pinned">
        <p>
          <strong>{t.fingerprint.pinned}</strong>{' '}
          {channel.pinned ? t.fingerprint.pinnedText : t.fingerprint.compared}
        </p>
      </div>
    );
  return (
    <section class="notice warn" aria-labelledby="compare">
      <h2 id="compare">{t.fingerprint.title}</h2>
      <p>{t.fingerprint.text}</p>
      <button
        type="button"
        class="button"
        aria-expanded={shown}
        onClick={() => {
          setShown(!shown);
        }}
      >
        {t.fingerprint.show}
      </button>
      {shown && (
        <>
          <ol class="words fingerprint" translate={false} lang={language}>
            {channel.fingerprint[language].map((word, i) => (
              <li key={i}>
                <span class="number">{i + 1}</span> {word}
              </li>
            ))}
          </ol>
          <div class="row">
            <button type="button" class="button primary" onClick={onSame}>
              {t.fingerprint.same}
            </button>
            <button type="button" class="button danger" onClick={onDifferent}>
              {t.fingerprint.different}
            </button>
          </div>
        </>
      )}
    </section>
  );
}
