import type { Text } from './ko';

export const en: Text = {
  title: '창구',
  skip: 'Skip to the content',
  quickExit: 'Quick exit',
  quickExitHint:
    '“Quick exit”, or Esc pressed three times quickly, switches to the weather office’s page at once.',
  otherLanguage: '한국어',
  display: 'Display',
  largeText: 'Large text',
  highContrast: 'High contrast',
  back: 'Start page',
  opening: 'Checking the channel…',

  front: {
    lead: 'Speak without your name, and hear back.',
    send: 'Send a tip',
    sendHint: 'Something you saw or went through, a grievance, a better way to work.',
    answers: 'Check for an answer',
    answersHint: 'Read the answer with the eight words you wrote down, and write on.',
    cannotSend:
      'There is no key to lock a tip with at the moment. Please come back in a few days. You can still check for an answer.',
    know: 'Before you write',
    protects: {
      title: 'What is protected',
      text: 'Your text is locked on this device. Only the named reviewers can open it; the server stores no name, no address of your connection and no time of sending.',
    },
    managed: {
      title: 'An office computer cannot be protected',
      text: 'Work computers and the office network may record screens and connections. Your own phone on mobile data is safer.',
    },
    words: {
      title: 'Your own words cannot be hidden',
      text: 'Names, your way of writing, or things only you know can give you away. We point out what to look at as you write.',
    },
    phone: 'Scan the poster’s QR code with your phone, or enter this address there:',
    statutory: {
      title: 'A statutory report goes elsewhere',
      text: 'This is a channel inside the organisation. What you write here is not a report under the law; legal protection and rewards for reporters come only with a report made at one of these.',
      lawyer: 'A trusted lawyer (안심변호사)',
      lawyerText:
        'A lawyer reports for you and keeps your name back. Contacts are on the organisation’s website.',
      portal: 'National portal (청렴포털, ACRC)',
      portalText: 'www.clean.go.kr · call 1398',
    },
  },

  fingerprint: {
    pinned: 'This is the channel on the poster.',
    pinnedText: 'You opened it with the poster’s QR code, and its fingerprint matches.',
    title: 'Please compare with the poster',
    text: 'You opened this by its address, not by the QR code. It is the real channel only if these 24 words are the same as on the poster.',
    show: 'Show the 24 words',
    same: 'Same as the poster',
    different: 'Different',
    compared: 'You compared it with the poster and found it the same.',
  },

  connect: {
    title: 'Which channel?',
    text: 'Enter the address and the fingerprint that are on the poster.',
    address: 'Address of the channel',
    addressHint: 'For example https://talk.example.go.kr',
    badAddress: 'Enter the address as on the poster, beginning with https://.',
    fingerprint: 'Fingerprint (64 digits 0–9, a–f)',
    fingerprintHint: 'Leave it empty to compare words on the next page.',
    badFingerprint: 'These are not 64 digits, or there are other characters among them.',
    go: 'Connect',
  },

  stop: {
    todo: 'What to do',
    dont: 'Do not write anything here. Nothing has been sent.',
    poster: 'Scan the QR code of a poster that hangs somewhere else, with your own phone.',
    others: 'If it is urgent, use one of the other ways below.',
    retry: 'Try again',
    code: 'Name of the error, for the staff in charge',
  },
  stops: {
    broken: {
      title: 'Stopped: this channel cannot be trusted',
      text: 'The record of the channel’s keys does not hold together. Somebody may have swapped a key, so writing and reading are blocked.',
    },
    other_channel: {
      title: 'This is not the channel on the poster',
      text: 'The fingerprint of what was opened differs from the one on the poster. Somebody may be imitating the channel.',
    },
    too_old: {
      title: 'The server shows an old record',
      text: 'Keys recorded after the poster was printed are missing. A withdrawn key could be used, so we stopped.',
    },
    forked: {
      title: 'The server has changed its story',
      text: 'The record of keys it shows now differs from the one it showed a moment ago. That does not happen in a sound channel.',
    },
    origin: {
      title: 'This address is not the channel’s',
      text: 'The address you opened is not in the list that the organisation signed. Please come in by the address on the poster.',
    },
    newer: {
      title: 'The channel is newer than this page',
      text: 'This page cannot talk to the channel any more. Please load it again. If you opened it from a file, get the new file from where you got this one.',
    },
    bad_link: {
      title: 'The link is cut off or changed',
      text: 'The part of the link that lets us check the channel is damaged. Please scan the poster’s QR code again.',
    },
    browser: {
      title: 'This browser cannot be used',
      text: 'What you write is locked on this device, and the browser blocks what that needs (WebAssembly). Please use an up-to-date browser on your own phone.',
    },
    offline: {
      title: 'The channel cannot be reached',
      text: 'Check your connection and try again. If it keeps failing, try another network.',
    },
    busy: { title: 'The channel is busy', text: 'Please try again in a moment.' },
    internal: {
      title: 'The channel could not be opened',
      text: 'Something unexpected happened. Please try again; if it happens again, use another way.',
    },
  },

  form: {
    title: 'Send a tip',
    lead: 'Write only what you want to. Nothing leaves this page before you press “Send”.',
    category: 'Kind of tip',
    categoryMissing: 'Please choose what kind of tip it is.',
    text: 'Tell us what happened',
    textHint: 'It helps to keep apart what you saw, what you heard and what you suspect.',
    empty: 'Please write something or add a file.',
    questions: 'More detail',
    questionsHint: 'Only what you know. All of it may stay empty.',
    department: 'Department concerned',
    departmentHint: 'You need not choose one. In brackets: how many people work there.',
    noDepartment: 'Not chosen',
    people: (count) => (count === 1 ? '1 person' : `${count} people`),
    fewPeople: (count) =>
      `Only ${count} work there. Unless it matters to your tip, it is safer not to choose it.`,
    readers: 'Who may read this?',
    readersHint: 'Clear the mark of anybody who is involved.',
    exclusion: 'Whoever you exclude cannot open this tip, and nothing shows them that they were excluded.',
    send: 'Send',
    sendSummary: (readers) => `Only these can read it: ${readers}.`,
    sending: 'Locking and sending. Please keep this page open.',
    fix: 'Please check before sending.',
    unsaved: 'What you write is saved nowhere.',
  },

  work: {
    text: 'The channel is busy, so this device computes a proof first. It is sent by itself after that: please keep this page open.',
    time: (seconds: number) =>
      `On this device it takes about ${seconds > 120 ? `${seconds / 60} minutes` : `${seconds} seconds`} on average; luck makes it shorter or longer.`,
    stop: 'Stop',
  },

  measure: {
    used: (percent) => `${percent} % of one letter used.`,
    meter: 'Space used',
    becomesFile: 'The text is long, so it will travel as an attached file. You can send it as it is.',
  },

  hints: {
    title: (count) => (count === 1 ? 'One thing to look at' : `${count} things to look at`),
    note: 'Found on this device only. You can send it without changing anything.',
    keep: 'Leave it',
  },
  hintKinds: {
    phone: 'This looks like a phone number.',
    resident_number: 'This looks like a resident registration number.',
    staff_number: 'This looks like a staff number.',
    email: 'This looks like an e-mail address.',
    name: 'This looks like a person’s name. If it is yours or a close colleague’s, it is safer to leave it out.',
    only_me: 'This reads as if only you could know it, which makes it easy to guess who wrote it.',
    title_and_department: 'A rank together with a department can narrow it down to one person.',
    small_department: 'Few people work in this department, which makes it easy to guess who wrote it.',
  },

  files: {
    label: 'Attachments',
    hint: 'Hidden details of photos and documents are removed on this device first. File names are replaced.',
    add: 'Choose files',
    cleaning: 'Removing hidden details…',
    removed: 'Removed:',
    nothingRemoved: 'There were no hidden details to remove.',
    size: (size, padded) => `${size} — sent as ${padded}, to hide its size.`,
    residue: 'Something could not be removed',
    keep: 'I understand, add it',
    remove: 'Remove',
    undecided: 'Please decide about the attachment first: add or remove it.',
    stillCleaning: 'An attachment is still being cleaned. Press again when it is done.',
    added: (name) => `${name} added.`,
    asks: (name) => `${name} has details that could not be removed. Please decide whether to add it.`,
    dropped: 'File removed.',
  },
  removals: {
    location: 'where it was taken',
    camera: 'camera details',
    author: 'author',
    software: 'software details',
    times: 'times made and changed',
    title: 'document title, company',
    comment_authors: 'authors of comments',
    revision_ids: 'revision numbers',
    thumbnail: 'preview picture',
    xmp: 'hidden document details (XMP)',
    other_metadata: 'other hidden details',
  },
  residues: {
    unknown_type:
      'Hidden details of this kind of file cannot be removed. The name of its maker may be in it.',
    not_readable: 'The file cannot be read, so nobody knows what is left in it.',
    encrypted: 'The file is locked with a password; its hidden details could not be removed.',
    signed: 'It carries a digital signature, which names whoever signed it.',
    tracked_changes: 'It has tracked changes: text that looks deleted is still there.',
    hidden_content: 'It has hidden sheets, rows, pages or embedded files.',
    macros: 'It has macros, which may name their maker.',
    too_large_to_clean: 'The file is too large to have its hidden details removed.',
  },

  receipt: {
    title: 'These eight words are your receipt',
    titleDigits: 'These digits are your receipt',
    sent: 'Your tip has arrived.',
    unconfirmed: 'We do not know yet whether your tip arrived',
    unconfirmedText:
      'The connection was lost while sending. The words below hold either way. Sending again will not be counted twice.',
    again: 'Send again',
    giveUp: 'Back to what I wrote',
    text: 'They are all you need to read the answer. Write them on paper, in order. Nobody can recover them for you, and whoever else has them can read the answer.',
    form: 'Kind of receipt',
    print: 'Print',
    printHint: 'An office printer may keep a record.',
    written: 'I have written them down',
  },
  receiptForms: { ko: 'Korean words', en: 'English words', digits: 'Digits' },

  check: {
    title: 'Let us check what you wrote down',
    text: 'Enter two of them from your paper.',
    word: (n) => `Word ${n}`,
    group: (n) => `Group ${n} (three digits)`,
    wrong: 'This differs from the receipt. Please look again.',
    done: 'Check',
    lookAgain: 'Show the receipt again',
  },

  done: {
    title: 'Well sent',
    followUpTitle: 'Your message has been sent',
    next: 'What happens now',
    acknowledge: 'Within 7 days a reviewer writes that it has been received.',
    result: 'You hear the result usually within 60 days, at most 90.',
    soon: 'Answers appear soon after they are written.',
    release: (when) => `Answers are released together at set times. The next release is ${when}.`,
    comeBack: (day) => `Come back with your words around ${day}: a reviewer may have a question.`,
    close: 'Please close this window now',
    closeText:
      'This page leaves nothing behind, but your browser’s history has its address. Delete it if you need to.',
    leave: 'Finish and leave',
  },

  answers: {
    title: 'Check for an answer',
    label: 'Eight words, or 27 digits',
    hint: 'Separate them by spaces, commas or lines. Korean or English words.',
    look: 'Check',
    looking: 'Making the key from your words and looking for answers. This takes a few seconds…',
    notInList: (n) => `Word ${n} is not in the word list. Please check its letters.`,
  },

  thread: {
    title: (count) => (count === 1 ? 'There is one answer' : `There are ${count} answers`),
    none: 'No answer yet',
    noneText: 'Your tip is safely in. When a reviewer has written an answer, you can read it here.',
    answer: (n) => `Answer ${n}`,
    from: (who) => `From: ${who}`,
    burned: 'You received and destroyed this answer. Nobody can bring it back.',
    expired: 'This answer was deleted when its time was over.',
    failed: 'This answer does not open.',
    failedText:
      'It was not written by a reviewer, or was damaged on the way. It cannot be trusted and is not shown. Please tell the reviewers by writing on.',
    revoked: 'The reviewer who wrote this has been withdrawn since. Take it with care.',
    forked:
      'The server showed the writer of this answer another record of keys. It is telling people different stories: stop writing here and use another way.',
    burn: 'I have it, destroy it',
    burnAsk: 'Destroy this answer for ever?',
    burnText: 'You will not be able to see it again. Read it all, and note down what you need, first.',
    burnYes: 'Destroy',
    burnNo: 'Keep it',
    burning: 'Destroying…',
    burnDone: 'The answer has been destroyed.',
    writeOn: 'Write on',
    writeOnHint: 'To add something, or to answer a reviewer’s question, in the same tip.',
    cannotSend: 'There is no key to write with at the moment. Please come back in a few days.',
  },

  followUp: {
    title: 'Write on',
    text: 'What would you like to add?',
    back: 'Back to the answers',
    sameReaders: 'Whoever you excluded at first cannot read this either.',
    ask: 'Whom did you exclude at first?',
    askHint:
      'There is no answer yet, so the channel does not know. Clear the same marks as you did then; otherwise that person will read this.',
    newReport: 'Send a new tip',
  },

  statuses: {
    received: 'Received',
    reviewing: 'Under review',
    more_information: 'More information needed',
    investigating: 'Investigating',
    transferred: 'Transferred',
    closed: 'Closed',
  },
  errors: {
    offline:
      'The server cannot be reached. What you wrote is still here: check the connection and press again.',
    bad_answer: 'The server gave a strange answer. Please try again in a moment.',
    busy: 'The server is busy. Please press again in a moment.',
    'rate-limited': 'Too many requests. Please press again in a moment.',
    'storage-full':
      'The channel’s storage is full, so nothing can be sent now. Please use one of the other ways.',
    epoch_not_valid: 'There is no valid key to send with at the moment. Please come back in a few days.',
    'epoch-closed': 'The channel’s keys changed while sending. Please press again.',
    readers_changed:
      'Nothing was sent: the people who can read it have changed. Look at them again, then press Send.',
    everybody_excluded: 'At least one person has to be able to read it.',
    exclusion_unknown: 'Please say first whom you excluded.',
    exclusion_too_late:
      'Whoever can already read this tip cannot be excluded later. To exclude somebody, send a new tip.',
    too_many_files: 'There can be up to 16 attachments.',
    too_large: 'The file is too large. Up to 16 MB each.',
    bad_file_class: 'The file is too large. Up to 16 MB each.',
    too_long: 'The text is too long. Please shorten it, or attach it as a document.',
    send_unconfirmed:
      'It was sent, but the server did not confirm it. Press again: it will not be counted twice.',
    stopped: 'Stopped. Nothing was sent, and what you wrote is still here.',
    'work-required':
      'The channel is too busy and this was not sent. What you wrote is still here. Please try again in a little while.',
    bad_checksum: 'These words do not belong together. Please check their order and letters.',
    bad_length: 'Please enter all eight words, or all 27 digits.',
    bad_encoding: 'Please check the digits. They are not those of a receipt.',
    nothing_to_send: 'It cannot be sent again with this receipt. Go back to what you wrote and send it anew.',
    no_thread: 'Please enter your receipt again.',
    unknown_file: 'Please remove the attachments and add them again.',
    unknown_category: 'The kinds of tips have changed. Go back to the start page and choose again.',
    internal: 'Something unexpected happened. Please try again.',
  },
  code: (code) => `Error: ${code}`,
};
