package accounts

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// emailMax is how long an e-mail address may be, in bytes.
const emailMax = 254

// canonical is the form in which e-mail addresses are stored and compared: composed, and without
// capitals. No other letter becomes one of ASCII, as İ would.
func canonical(email string) string {
	return strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); r < utf8.RuneSelf || lower >= utf8.RuneSelf {
			return lower
		}
		return r
	}, norm.NFC.String(strings.TrimSpace(email)))
}

// checkEmail answers what is wrong with an e-mail address, or nothing.
func checkEmail(email string) string {
	email = strings.TrimSpace(email)
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || len(email) > emailMax || strings.ContainsFunc(email, isStray) {
		return "this should be an e-mail address such as you@example.org"
	}
	return ""
}

// isStray tells whether a character has no place in an e-mail address: one that cannot be seen, or
// one that stands for others, such as the Kelvin sign for K, and would let two addresses look alike.
func isStray(r rune) bool {
	return !unicode.IsPrint(r) || r >= utf8.RuneSelf && strings.IndexFunc(norm.NFKC.String(string(r)), isASCII) >= 0
}

func isASCII(r rune) bool { return r < utf8.RuneSelf }
