package clips

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Clip is one recorded media file.
type Clip struct {
	ID       string `json:"id"`
	StreamID string `json:"streamId"`
	Name     string `json:"name"`
	// Size in bytes.
	Size        int64  `json:"size"`
	ContentType string `json:"contentType"`
	SHA256      string `json:"sha256"`
	// State: "registered" waits to be looked at, "probed" is being packaged, "packaged" is done,
	// "refused" is no media, "failed" was given up.
	State string `json:"state" jsonschema:"enum=registered,enum=probed,enum=packaged,enum=refused,enum=failed"`
	// Reason is why it was refused or failed.
	Reason    string     `json:"reason,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
	StartedAt *time.Time `json:"startedAt,omitempty"`
	EndedAt   *time.Time `json:"endedAt,omitempty"`
	// Paused parts wait until the clip is resumed.
	Paused bool `json:"paused,omitempty"`
	// Priority is higher for what is encoded first.
	Priority int `json:"priority,omitempty"`
	// Playable is true as soon as something of it can be played, also while more is being made.
	Playable bool `json:"playable"`
	// PartsDone of PartsTotal parts are encoded; both are zero when nothing has to be.
	PartsDone  int `json:"partsDone,omitempty"`
	PartsTotal int `json:"partsTotal,omitempty"`
	// SourceKept is false when the file that was sent is removed.
	SourceKept bool `json:"sourceKept"`
	// Stored is how many bytes all that was made of it has.
	Stored int64 `json:"stored"`
	// Duration in seconds; absent while unknown.
	Duration   float64             `json:"duration,omitempty"`
	Container  string              `json:"container,omitempty"`
	Video      *events.VideoFacts  `json:"video,omitempty"`
	Audio      []events.AudioFacts `json:"audio,omitempty"`
	Renditions []events.Rendition  `json:"renditions,omitempty"`
	HLSURL     string              `json:"hlsUrl,omitempty"`
	DASHURL    string              `json:"dashUrl,omitempty"`
	PosterURL  string              `json:"posterUrl,omitempty"`
	SpritesURL string              `json:"spritesUrl,omitempty"`
}

// selectClips reads clips; what follows is the rest of a condition on clip.
const selectClips = `select clip.id, stream, name, clip.size, content_type, sha256, state, reason, created_at, started_at, ended_at,
	paused, priority, object <> '' as source_kept, facts, pictures, package, plan.plan is not null and
		((plan.plan->>'copyVideo')::bool is true or total = 0 or first_done) as playable,
	coalesce(done, 0), coalesce(total, 0), coalesce(made, 0) + coalesce((pictures->>'size')::bigint, 0)
	from clip left join plan on plan.owner = clip.owner and plan.clip = clip.id and plan.version = clip.version
	left join lateral (select count(*) as total, count(*) filter (where part.state = 'done') as done,
		coalesce(bool_or(part.state = 'done' and number = 0), false) as first_done
		from part where part.owner = clip.owner and part.clip = clip.id and part.version = clip.version) as parts on true
	left join lateral (select sum(run.size)::bigint as made from run
		where run.owner = clip.owner and run.clip = clip.id and run.version = clip.version) as runs on true
	where clip.owner = $1 and `

func scan(row pgx.CollectableRow) (Clip, error) {
	var c Clip
	var facts *events.ClipProbed
	var drawn *events.ClipPictured
	var pack *events.ClipPackaged
	err := row.Scan(&c.ID, &c.StreamID, &c.Name, &c.Size, &c.ContentType, &c.SHA256, &c.State, &c.Reason,
		&c.CreatedAt, &c.StartedAt, &c.EndedAt, &c.Paused, &c.Priority, &c.SourceKept, &facts, &drawn, &pack,
		&c.Playable, &c.PartsDone, &c.PartsTotal, &c.Stored)
	if facts != nil {
		c.Duration, c.Container, c.Video, c.Audio = facts.Duration, facts.Container, facts.Video, facts.Audio
	}
	base := "/media/" + c.ID
	if pack != nil {
		c.Duration, c.Renditions, c.Playable = pack.Duration, pack.Renditions, true
	}
	if c.Playable {
		c.HLSURL, c.DASHURL = base+"/hls/index.m3u8", base+"/dash/manifest.mpd"
	}
	if drawn != nil && drawn.Poster || pack != nil && pack.Poster {
		c.PosterURL = base + "/poster.jpg"
	}
	if drawn != nil && drawn.Sprites || pack != nil && pack.Sprites {
		c.SpritesURL = base + "/sprites.vtt"
	}
	return c, err
}

// load reads one clip; pgx.ErrNoRows when there is none.
func load(ctx context.Context, q es.Querier, owner, id string) (Clip, error) {
	rows, err := q.Query(ctx, selectClips+`clip.id = $2`, owner, id)
	if err != nil {
		return Clip{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scan)
}

// GetClip asks for one clip.
type GetClip struct {
	Clip string `path:"clip" json:"-"`
}

var getClip = api.Get("/api/clips/{clip}", "shows one clip", api.Viewers,
	func(ctx context.Context, d *run.Deps, req GetClip) (Clip, error) {
		c, err := load(ctx, d.DB, api.OwnerOf(ctx), req.Clip)
		if errors.Is(err, pgx.ErrNoRows) {
			return c, fault.New(fault.NotFound, "there is no clip %s", req.Clip)
		}
		return c, err
	}).Versioned("clip")

// ListClips asks for a page of clips, newest first.
type ListClips struct {
	Stream string `query:"stream" json:"-"`
	SHA256 string `query:"sha256" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

var listClips = api.Get("/api/clips", "lists the clips", api.Viewers,
	func(ctx context.Context, d *run.Deps, req ListClips) (api.List[Clip], error) {
		before, id, err := api.ParseTimeCursor(req.Cursor)
		if err != nil {
			return api.List[Clip]{}, err
		}
		limit := api.Limit(req.Limit)
		rows, err := d.DB.Query(ctx, selectClips+`($2 = '' or stream = $2) and ($3 = '' or sha256 = $3)
				and ($4::timestamptz is null or (created_at, clip.id) < ($4, $5))
			order by created_at desc, clip.id desc limit $6`,
			api.OwnerOf(ctx), req.Stream, req.SHA256, before, id, limit+1)
		if err != nil {
			return api.List[Clip]{}, err
		}
		items, err := pgx.CollectRows(rows, scan)
		return api.Page(items, limit, func(last Clip) string { return api.TimeCursor(last.CreatedAt, last.ID) }), err
	})
