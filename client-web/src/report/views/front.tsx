import { localised } from '../../i18n/language';
import { View } from '../../ui/view';
import type { ChannelView } from '../contract';
import { usePage } from '../page';
import { Fingerprint } from './fingerprint';
import { OtherWays } from './other_ways';

interface Props {
  channel: ChannelView;
  compared: boolean;
  onSame: () => void;
  onDifferent: () => void;
  onSend: () => void;
  onAnswers: () => void;
}

export function Front({ channel, compared, onSame, onDifferent, onSend, onAnswers }: Props) {
  const { t, language } = usePage();
  const facts = [
    ['good', t.front.protects],
    ['warn', t.front.managed],
    ['warn', t.front.words],
  ] as const;
  return (
    <View title={localised(channel.name, language)}>
      <p class="lead">{t.front.lead}</p>
      {!channel.canSend && (
        <div class="notice warn">
          <p>{t.front.cannotSend}</p>
        </div>
      )}
      <div class="doors">
        <button type="button" class="door first" disabled={!channel.canSend} onClick={onSend}>
          <span class="door-title">{t.front.send}</span>
          <span>{t.front.sendHint}</span>
        </button>
        <button type="button" class="door" onClick={onAnswers}>
          <span class="door-title">{t.front.answers}</span>
          <span>{t.front.answersHint}</span>
        </button>
      </div>
      <Fingerprint channel={channel} compared={compared} onSame={onSame} onDifferent={onDifferent} />
      <section aria-labelledby="know">
        <h2 id="know">{t.front.know}</h2>
        <ul class="facts">
          {facts.map(([kind, fact]) => (
            <li key={fact.title} class={kind}>
              <strong>{fact.title}</strong>
              <span>{fact.text}</span>
            </li>
          ))}
        </ul>
        <p>
          {t.front.phone} <span class="address">{channel.origin}</span>
        </p>
      </section>
      <OtherWays />
    </View>
  );
}
