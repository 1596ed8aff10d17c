package ledger

import (
	"slices"
	"strconv"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// cursor is where a page ended and in which direction to go on.
type cursor struct {
	seq   uint64
	newer bool
}

func (c cursor) String() string {
	return api.Cursor(strconv.FormatUint(c.seq, 10), strconv.FormatBool(c.newer))
}

func parseCursor(text string) (cursor, error) {
	keys, err := api.ParseCursor(text, 2)
	if err != nil || keys == nil {
		return cursor{}, err
	}
	seq, err := strconv.ParseUint(keys[0], 10, 63)
	if err != nil {
		return cursor{}, fault.Field("cursor", "this is no cursor of this list; begin without one")
	}
	return cursor{seq: seq, newer: keys[1] == "true"}, nil
}

// turn makes a page of what was found from the cursor on, of which one more than the limit was asked
// for, to know if it goes on. The page is newest first, next goes on with older events and previous
// with newer ones.
func (c cursor) turn(found []uint64, limit int) (page []uint64, next, previous string) {
	if len(found) == 0 {
		return nil, "", ""
	}
	page = found[:min(len(found), limit)]
	more := len(found) > limit
	if c.newer {
		slices.Reverse(page)
	}
	if more || c.newer {
		next = cursor{seq: page[len(page)-1]}.String()
	}
	if c.newer && more || !c.newer && c.seq > 0 {
		previous = cursor{seq: page[0], newer: true}.String()
	}
	return page, next, previous
}
