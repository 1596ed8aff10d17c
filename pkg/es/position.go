package es

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Position is the place of one event: a log and its sequence there.
type Position struct {
	Log string
	Seq uint64
}

// String writes the position as "FACTS/1234".
func (p Position) String() string {
	if p.Log == "" {
		return ""
	}
	return p.Log + "/" + strconv.FormatUint(p.Seq, 10)
}

// ParsePosition reads what String wrote; an empty text is the zero position.
func ParsePosition(text string) (Position, error) {
	if text == "" {
		return Position{}, nil
	}
	log, seq, ok := strings.Cut(text, "/")
	n, err := strconv.ParseUint(seq, 10, 64)
	if !ok || err != nil || log == "" {
		return Position{}, fault.New(fault.Invalid, "%q is no position; it looks like FACTS/1234", text)
	}
	return Position{Log: log, Seq: n}, nil
}

// Positions is how far a reader has come on each log.
type Positions map[string]uint64

// Reached tells whether the reader has come to p. What it does not read, it has always reached.
func (ps Positions) Reached(p Position) bool {
	seq, reads := ps[p.Log]
	return !reads || seq >= p.Seq
}

// covers tells whether the reader has come to all of the others.
func (ps Positions) covers(others Positions) bool {
	for log, seq := range others {
		if !ps.Reached(Position{log, seq}) {
			return false
		}
	}
	return true
}

func (ps Positions) String() string {
	var parts []string
	for _, log := range slices.Sorted(maps.Keys(ps)) {
		parts = append(parts, fmt.Sprintf("%s/%d", log, ps[log]))
	}
	return strings.Join(parts, " ")
}
