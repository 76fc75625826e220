// What a share asks: a password is made here, so that its maker sees it before only its hash is kept.

const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"; // nothing that is misread
const GROUPS = 2;
const GROUP_CHARS = 5;
const FAIR = 256 - (256 % ALPHABET.length);

function letter() {
  const byte = new Uint8Array(1);
  do crypto.getRandomValues(byte);
  while (byte[0] >= FAIR);
  return ALPHABET[byte[0] % ALPHABET.length];
}

const password = () => Array.from({ length: GROUPS }, () => Array.from({ length: GROUP_CHARS }, letter).join("")).join("-");

for (const part of document.querySelectorAll("[data-lock-form]")) {
  const lock = part.querySelector('[name="lock"]');
  const box = part.querySelector("[data-lock-password]");
  const input = box.querySelector("input");
  const choose = () => {
    box.hidden = box.disabled = lock.value !== "password";
    if (!box.hidden && !input.value) input.value = password();
  };
  box.querySelector("button").addEventListener("click", () => (input.value = password()));
  lock.addEventListener("change", choose);
  choose();
}
