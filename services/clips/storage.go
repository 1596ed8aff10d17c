package clips

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Used is how much is stored, in bytes by kind.
type Used struct {
	// Sources are the files that were sent.
	Sources int64 `json:"sources"`
	// Video is what was made of them for playing: pictures in motion and sound.
	Video int64 `json:"video"`
	// Pictures are posters and sprites.
	Pictures int64 `json:"pictures"`
}

// Storage is what is stored in all, and a page of the streams that it is for.
type Storage struct {
	Total Used `json:"total"`
	// Items are the newest streams first.
	Items []StreamStorage `json:"items"`
	// Next continues the list; empty on the last page.
	Next string `json:"next,omitempty"`
}

// StreamStorage is what is stored for one stream.
type StreamStorage struct {
	StreamID  string    `json:"streamId"`
	Title     string    `json:"title"`
	StartedAt time.Time `json:"startedAt"`
	Used      Used      `json:"used"`
}

// GetStorage asks what is stored.
type GetStorage struct {
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

// usedBy counts what is stored for the clips c. An object is told by several runs; its initialization
// segment is in it once.
const usedBy = `coalesce(sum(c.size) filter (where c.object <> ''), 0)::bigint, coalesce(sum(made.size), 0)::bigint,
	coalesce(sum((c.pictures->>'size')::bigint), 0)::bigint
	from clip c left join lateral (
		select sum(size) as size from (
			select max(init_bytes) + sum(size) as size from run r where r.owner = c.owner and r.clip = c.id group by r.object
		) as objects
	) as made on true`

var getStorage = api.Get("/api/storage", "tells how much is stored, in all and per stream", api.Viewers,
	func(ctx context.Context, d *run.Deps, req GetStorage) (Storage, error) {
		before, id, err := api.ParseTimeCursor(req.Cursor)
		if err != nil {
			return Storage{}, err
		}
		owner, limit := api.OwnerOf(ctx), api.Limit(req.Limit)
		var s Storage
		err = d.DB.QueryRow(ctx, `select `+usedBy+` where c.owner = $1`, owner).Scan(&s.Total.Sources, &s.Total.Video, &s.Total.Pictures)
		if err != nil {
			return s, err
		}
		rows, err := d.DB.Query(ctx, `select page.*, used.* from (
				select id, title, started_at from stream
				where owner = $1 and not deleted and ($2::timestamptz is null or (started_at, id) < ($2, $3))
				order by started_at desc, id desc limit $4
			) as page cross join lateral (select `+usedBy+` where c.owner = $1 and c.stream = page.id) as used
			order by page.started_at desc, page.id desc`,
			owner, before, id, limit+1)
		if err != nil {
			return s, err
		}
		items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (StreamStorage, error) {
			var i StreamStorage
			err := row.Scan(&i.StreamID, &i.Title, &i.StartedAt, &i.Used.Sources, &i.Used.Video, &i.Used.Pictures)
			return i, err
		})
		page := api.Page(items, limit, func(last StreamStorage) string { return api.TimeCursor(last.StartedAt, last.StreamID) })
		s.Items, s.Next = page.Items, page.Next
		return s, err
	})
