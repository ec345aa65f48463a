/** Who reads this page: `<body data-user-id data-username>`; null where nobody is signed in. */
export function me() {
  const { userId, username } = document.body.dataset;
  return userId ? { id: userId, username } : null;
}
