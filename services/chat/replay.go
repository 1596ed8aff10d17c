package chat

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// GetStream asks for what is known of a stream's chat.
type GetStream struct {
	Stream string `path:"stream" json:"-"`
	// Buckets is how many the density has at most: 300 when nothing is asked for, at most 2000.
	Buckets int `query:"buckets" json:"-"`
}

// StreamChat is what is known of a stream's chat.
type StreamChat struct {
	Stream string `json:"stream"`
	// Channel is empty while it is not known.
	Channel string `json:"channel"`
	// Messages that were not taken away.
	Messages   int `json:"messages"`
	Activities int `json:"activities"`
	// Sealed tells that all of it is in a file that is kept as long as the stream.
	Sealed bool `json:"sealed"`
	// From is stream time zero on the wall clock, and To is where the chat ends.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Density is how many messages there are in each Bucket, which is so many seconds.
	Density []int     `json:"density"`
	Bucket  float64   `json:"bucket"`
	Viewers []Viewers `json:"viewers"`
	// Gaps are when not everything was heard.
	Gaps []MissedTime `json:"gaps"`
}

var getStream = api.Get("/api/chat/streams/{stream}", "shows how much was written during a stream, and when", api.Viewers,
	func(ctx context.Context, d *run.Deps, req GetStream) (StreamChat, error) {
		w, err := findWindow(ctx, d, api.OwnerOf(ctx), req.Stream)
		if err != nil {
			return StreamChat{}, err
		}
		s := StreamChat{Stream: w.stream, Channel: w.channel, Sealed: w.key != "", From: w.from, To: w.until, Viewers: []Viewers{}, Gaps: []MissedTime{}}
		buckets := min(max(req.Buckets, 0), 2000)
		if buckets == 0 {
			buckets = 300
		}
		length := max(w.at(w.until), 0)
		s.Bucket = max(1, math.Ceil(length/float64(buckets)))
		s.Density = make([]int, int(math.Ceil(length/s.Bucket)))
		if err := w.density(ctx, d, s.Bucket, s.Density); err != nil {
			return s, err
		}
		for _, n := range s.Density {
			s.Messages += n
		}
		activities, err := w.activities(ctx, d, w.from, w.until)
		if err != nil {
			return s, err
		}
		s.Activities = len(activities)
		if viewers, err := w.viewers(ctx, d); err != nil {
			return s, err
		} else if viewers != nil {
			s.Viewers = viewers
		}
		if gaps, err := w.gaps(ctx, d); err != nil {
			return s, err
		} else if gaps != nil {
			s.Gaps = gaps
		}
		return s, nil
	})

// density counts the messages that were not taken away in buckets of so many seconds.
func (w window) density(ctx context.Context, d *run.Deps, bucket float64, counts []int) error {
	count := func(at float64, n int) {
		if i := int(at / bucket); i < len(counts) {
			counts[i] += n
		}
	}
	if w.faded {
		return w.each(ctx, d, func(m Message) error {
			if m.DeletedAt == nil {
				count(*m.At, 1)
			}
			return nil
		})
	}
	rows, err := d.DB.Query(ctx, `select floor(extract(epoch from m.at - $3) / $5)::float8, count(*) from `+messageTable+`
		where m.owner = $1 and m.channel = $2 and m.at >= $3 and m.at < $4 and d.at is null group by 1`,
		w.owner, w.channel, w.from, w.until, bucket)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var number float64
		var n int
		if err := rows.Scan(&number, &n); err != nil {
			return err
		}
		count(number*bucket+bucket/2, n)
	}
	return rows.Err()
}

// Replay asks for what was written and done during a part of a stream.
type Replay struct {
	Stream string `path:"stream" json:"-"`
	// From and To are stream times in seconds, From included and To not; without them it is all.
	From string `query:"from" json:"-"`
	To   string `query:"to" json:"-"`
	// Limit is how many messages are answered: 500 when nothing is asked for, at most 2000.
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

// Replayed is what was written and done during a part of a stream, the oldest first.
type Replayed struct {
	Items []Message `json:"items"`
	// Activities of the whole part; with a cursor there are none, as they were told before.
	Activities []Activity `json:"activities"`
	// Next continues the messages; empty when these were the last ones.
	Next string `json:"next,omitempty"`
}

var replay = api.Get("/api/chat/streams/{stream}/replay", "shows what was written and done during a part of a stream", api.Viewers,
	func(ctx context.Context, d *run.Deps, req Replay) (Replayed, error) {
		answer := Replayed{Items: []Message{}, Activities: []Activity{}}
		w, err := findWindow(ctx, d, api.OwnerOf(ctx), req.Stream)
		if err != nil {
			return answer, err
		}
		from, err := w.parse("from", req.From, w.from)
		if err != nil {
			return answer, err
		}
		until, err := w.parse("to", req.To, w.until)
		if err != nil {
			return answer, err
		}
		limit := min(max(req.Limit, 0), 2000)
		if limit == 0 {
			limit = 500
		}
		after := place{at: from}
		cursor, id, err := api.ParseTimeCursor(req.Cursor)
		if err != nil {
			return answer, err
		}
		if cursor != nil {
			after = place{*cursor, id}
		} else if list, err := w.activities(ctx, d, from, until); err != nil {
			return answer, err
		} else if list != nil {
			answer.Activities = list[:min(len(list), 2000)]
		}
		list, err := w.messages(ctx, d, after, until, limit+1)
		if err != nil {
			return answer, err
		}
		hideDeleted(ctx, list)
		page := api.Page(list, limit, messageCursor)
		if page.Items != nil {
			answer.Items = page.Items
		}
		answer.Next = page.Next
		return answer, nil
	})

// parse reads a stream time in seconds, within the window.
func (w window) parse(name, text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	at, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(at) || math.IsInf(at, 0) {
		return otherwise, fault.Field(name, "%q is no number of seconds", text)
	}
	return w.moment(min(max(at, 0), max(w.at(w.until), 0))), nil
}
