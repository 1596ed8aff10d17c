package es_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// titlesIn are drafts with ids of their own.
func titlesIn(from, to int) (list []es.Draft) {
	for i := from; i < to; i++ {
		list = append(list, es.Draft{Owner: "o1", Event: renamed(fmt.Sprint(i)), Options: []es.Option{es.ID(fmt.Sprint("id-", i))}})
	}
	return list
}

// What is appended in order is there in order and once, also when a part of it was there before.
func TestAppendEachPassesOverWhatIsThere(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	for _, part := range [][2]int{{0, 5}, {3, 60}, {50, 2600}, {0, 2601}, {0, 0}} {
		drafts := titlesIn(part[0], part[1])
		if n, err := logs.AppendEach(t.Context(), drafts...); err != nil || n != len(drafts) {
			t.Fatalf("%d of %d: %v", n, len(drafts), err)
		}
	}
	var got []string
	if err := logs.Tail(t.Context(), events.Facts, es.TailFrom{Until: 2601}, func(e es.Event) error {
		got = append(got, e.ID)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i, id := range got {
		if id != fmt.Sprint("id-", i) {
			t.Fatalf("%d is %s", i, id)
		}
	}
	if last, _ := logs.Last(t.Context(), "FACTS"); last != 2601 || len(got) != 2601 {
		t.Fatalf("the log ends at %d", last)
	}
}

// Those before the one that cannot be appended are counted.
func TestAppendEachSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	drafts := append(titlesIn(0, 3), es.Draft{Owner: "no owner", Event: renamed("x")})
	if n, err := logs.AppendEach(t.Context(), drafts...); err == nil || n != 0 {
		t.Fatalf("%d, %v", n, err)
	}
	if last, _ := logs.Last(t.Context(), "FACTS"); last != 0 {
		t.Fatalf("the log ends at %d", last)
	}
	conflict := append(titlesIn(0, 3), es.Draft{Owner: "o1", Event: renamed("x"), Options: []es.Option{es.Expect(1)}})
	if n, err := logs.AppendEach(t.Context(), conflict...); err == nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
}

// What NATS does not take is told as that, and those before it are there.
func TestAppendTooLarge(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	large := renamed(strings.Repeat("x", 9<<20))
	if _, err := logs.Append(t.Context(), "o1", large); !fault.Is(err, fault.TooLarge) {
		t.Errorf("alone: %v", err)
	}
	drafts := append(titlesIn(0, 3), es.Draft{Owner: "o1", Event: large}, titlesIn(3, 4)[0])
	if n, err := logs.AppendEach(t.Context(), drafts...); !fault.Is(err, fault.TooLarge) || n != 3 {
		t.Errorf("%d, %v", n, err)
	}
}
