/** What one may do in the room that is open: the verbs of rooms/roles.py. */
export function mayHere() {
  return document.querySelector(".timeline[data-may]")?.dataset.may.split(" ") ?? [];
}

/** Who reads this page: `<body data-user-id data-username>`; null where nobody is signed in. */
export function me() {
  const { userId, username } = document.body.dataset;
  return userId ? { id: userId, username } : null;
}
