export type ReleaseId = string; // R and ten capital letters
export type SlotId = string; // S and ten capital letters
export type OperationId = string; // O and ten capital letters

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function tenLetters(): string {
  let letters = '';
  while (letters.length < 10) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0] as number;
    // 234 = 9 × 26: bytes above it would make the first letters likelier than the rest.
    if (byte < 234) letters += ALPHABET[byte % 26];
  }
  return letters;
}

export const newReleaseId = (): ReleaseId => `R${tenLetters()}`;
export const newSlotId = (): SlotId => `S${tenLetters()}`;
export const newJobId = (): string => `J${tenLetters()}`;
export const newNoticeId = (): string => `N${tenLetters()}`;
export const newOperationId = (): OperationId => `O${tenLetters()}`;
