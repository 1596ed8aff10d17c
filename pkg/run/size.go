package run

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	sizes = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?(?:([kmgtp])(i?)b?|b|bytes?)?$`)
	// powers are the units by their first letter.
	powers = map[string]int{"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
)

// sizeFrom reads a setting such as "200GB" or "1.5 TiB" as bytes; unset, it is what it was.
func sizeFrom(name string, was int64) (int64, error) {
	text, err := Env(name)
	if err != nil || text == "" {
		return was, err
	}
	found := sizes.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if found == nil {
		return 0, fmt.Errorf("%s is %q: set a size such as 200GB", name, text)
	}
	base := 1000.0
	if found[3] != "" {
		base = 1024
	}
	number, err := strconv.ParseFloat(found[1], 64)
	bytes := number * math.Pow(base, float64(powers[found[2]]))
	if err != nil || bytes < 1 || bytes >= math.MaxInt64 {
		return 0, fmt.Errorf("%s is %q: set a size such as 200GB", name, text)
	}
	return int64(bytes), nil
}
