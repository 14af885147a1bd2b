import { render } from 'preact';
import '../ui/theme.css';
import 'uplot/dist/uPlot.min.css';
import './review.css';
import { App } from './app';
import { readInvitation } from './fragment';

// The code is worth a reviewer's place: it leaves the address bar before anything else happens.
const invitation = readInvitation(location.hash);
if (location.hash !== '') history.replaceState(null, '', location.pathname);

// A page from the back-forward cache would show what was open when it was left.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

const place = document.getElementById('app');
if (place !== null) render(<App invitation={invitation} />, place);
