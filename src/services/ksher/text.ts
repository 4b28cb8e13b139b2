/** Ksher asks for "general English characters" and names + & / $ % as ones to avoid; its own plugin cuts at 50. */
const longestProductName = 50

/** Latin letters that are one character in Unicode, and no letter with an accent. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: "ss",
  ẞ: "SS",
  æ: "ae",
  Æ: "Ae",
  œ: "oe",
  Œ: "Oe",
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ð: "d",
  Ð: "D",
  þ: "th",
  Þ: "Th",
  ħ: "h",
  Ħ: "H",
  ŧ: "t",
  Ŧ: "T",
  ŋ: "ng",
  Ŋ: "Ng",
  ı: "i",
  ƒ: "f",
  ɓ: "b",
  Ɓ: "B",
  ɗ: "d",
  Ɗ: "D",
  ə: "e",
  Ə: "E",
}

/** What belongs to the letter beside it: accents, apostrophes, and what is not seen. A blank for it would tear the word apart. */
const withinWords = /[\p{M}\p{Cf}'’‘ʼʻ`]/gu

/** A product name Ksher takes: letters lose their accents, and what Ksher does not take is left out. May come out empty. */
export const cleanProductName = (name: string): string =>
  name
    // First of all: taken apart, it becomes a blank and an accent.
    .replaceAll("´", "")
    .normalize("NFKD")
    .replace(withinWords, "")
    .replace(/[^\0-\x7f]/g, (letter) => plainLetters[letter] ?? letter)
    .replace(/[^A-Za-z0-9 .,_-]/g, " ")
    .replace(/ +/g, " ")
    .trim()
    .slice(0, longestProductName)
    .trim()
