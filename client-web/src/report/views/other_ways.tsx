import { usePage } from '../page';

/** This door is not the statutory one; these are. */
export function OtherWays() {
  const { front } = usePage().t;
  return (
    <section class="other-ways" aria-labelledby="other-ways">
      <h2 id="other-ways">{front.statutory.title}</h2>
      <p>{front.statutory.text}</p>
      <dl>
        <div>
          <dt>{front.statutory.lawyer}</dt>
          <dd>{front.statutory.lawyerText}</dd>
        </div>
        <div>
          <dt>{front.statutory.portal}</dt>
          <dd>{front.statutory.portalText}</dd>
        </div>
      </dl>
    </section>
  );
}
