import { View } from '../../ui/view';
import { usePage } from '../page';
import { mayRetry, type Stop } from '../stops';
import { OtherWays } from './other_ways';

interface Props {
  stop: Stop;
  code: string;
  onRetry: () => void;
}

/** Nothing else can be used from here: what happened, and what to do instead. */
export function StopPage({ stop, code, onRetry }: Props) {
  const { t } = usePage();
  const retry = mayRetry(stop);
  return (
    <View title={t.stops[stop].title}>
      <div class={retry ? 'notice warn' : 'notice bad'} role="alert">
        <p>{t.stops[stop].text}</p>
      </div>
      {retry ? (
        <p>
          <button type="button" class="button primary" onClick={onRetry}>
            {t.stop.retry}
          </button>
        </p>
      ) : (
        <>
          <h2>{t.stop.todo}</h2>
          <ol>
            {stop !== 'browser' && <li>{t.stop.dont}</li>}
            <li>{t.stop.poster}</li>
            <li>{t.stop.others}</li>
          </ol>
        </>
      )}
      <p class="hint">
        {t.stop.code}: <code translate={false}>{code}</code>
      </p>
      <OtherWays />
    </View>
  );
}
