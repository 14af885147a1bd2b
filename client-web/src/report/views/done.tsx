import { View } from '../../ui/view';
import type { ChannelView } from '../contract';
import { usePage } from '../page';
import { isSoon, nextRelease } from '../release';

const comeBackAfter = 7 * 86_400; // seconds: by then it has been acknowledged

interface Props {
  title: string;
  channel: ChannelView;
  onBack: () => void;
}

/** After sending: what happens next, when to come back, and to close the window. */
export function Done({ title, channel, onBack }: Props) {
  const { t, language, quickExit } = usePage();
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
  const comeBack = new Date(Date.now() + comeBackAfter * 1000);
  return (
    <View title={title}>
      <h2>{t.done.next}</h2>
      <ol class="steps">
        <li>{t.done.acknowledge}</li>
        <li>{t.done.result}</li>
        <li>
          <Release channel={channel} />
        </li>
        <li>{t.done.comeBack(day.format(comeBack))}</li>
      </ol>
      <div class="notice">
        <h2>{t.done.close}</h2>
        <p>{t.done.closeText}</p>
      </div>
      <button type="button" class="button primary wide" onClick={quickExit}>
        {t.done.leave}
      </button>
      <button type="button" class="button quiet" onClick={onBack}>
        {t.back}
      </button>
    </View>
  );
}

/** When answers that have been written become visible. */
export function Release({ channel }: { channel: ChannelView }) {
  const { t, language } = usePage();
  if (isSoon(channel.tick)) return <>{t.done.soon}</>;
  const at = new Date(nextRelease(Date.now() / 1000, channel.tick, channel.tickOffset) * 1000);
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
  return <>{t.done.release(format.format(at))}</>;
}
