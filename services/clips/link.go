package clips

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// linkDefault and linkLongest are how long a link lasts unless told, and at most.
const linkDefault, linkLongest = 24 * time.Hour, 30 * 24 * time.Hour

// checkExpiry tells what is wrong with the seconds that a link should last.
func checkExpiry(seconds int64) error {
	if longest := int64(linkLongest.Seconds()); seconds < 0 || seconds > longest {
		return fault.Field("expiresIn", "this should be a number of seconds, at most %d, which is 30 days", longest)
	}
	return nil
}

// expiry is when a link ends that lasts so many seconds; a day when that is zero.
func expiry(seconds int64) time.Time {
	wait := time.Duration(seconds) * time.Second
	if wait == 0 {
		wait = linkDefault
	}
	return time.Now().Add(wait).UTC().Truncate(time.Second)
}

// Link lets everybody who has it play something for a while.
type Link struct {
	// URL of the HLS playlist. That of a clip has "dash/manifest.mpd" in the place of "hls/index.m3u8", too.
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// LinkClip asks for a link to a clip.
type LinkClip struct {
	Clip string `path:"clip" json:"-"`
	// ExpiresIn is in how many seconds the link ends: a day when left out, at most 30 days.
	ExpiresIn int64 `json:"expiresIn,omitempty"`
}

// Validate tells what is wrong with the time.
func (r LinkClip) Validate() error { return checkExpiry(r.ExpiresIn) }

var linkClip = api.Post("/api/clips/{clip}/links", "makes a link by which everybody who has it can play a clip for a while", api.Editors,
	func(ctx context.Context, d *run.Deps, req LinkClip) (Link, error) {
		if _, err := find(ctx, d.DB, api.OwnerOf(ctx), req.Clip); err != nil {
			return Link{}, err
		}
		return sign(ctx, d, ticket{"clip", api.OwnerOf(ctx), req.Clip, expiry(req.ExpiresIn)})
	}).ToldOnce()

// LinkStream asks for a link to a stream.
type LinkStream struct {
	Stream string `path:"stream" json:"-"`
	// ExpiresIn is in how many seconds the link ends: a day when left out, at most 30 days.
	ExpiresIn int64 `json:"expiresIn,omitempty"`
}

// Validate tells what is wrong with the time.
func (r LinkStream) Validate() error { return checkExpiry(r.ExpiresIn) }

var linkStream = api.Post("/api/streams/{stream}/links", "makes a link by which everybody who has it can play a whole stream for a while", api.Editors,
	func(ctx context.Context, d *run.Deps, req LinkStream) (Link, error) {
		v, err := findStream(ctx, d, `owner = $1 and id = $2`, api.OwnerOf(ctx), req.Stream)
		if fault.Is(err, fault.NotFound) {
			return Link{}, fault.New(fault.NotFound, "there is no stream %s", req.Stream)
		}
		if err != nil {
			return Link{}, err
		}
		return sign(ctx, d, ticket{"stream", v.owner, v.id, expiry(req.ExpiresIn)})
	}).ToldOnce()

// ticket is what a link opens, and until when.
type ticket struct {
	kind, owner, id string
	until           time.Time
}

// sign makes the link: the ticket and its signature are a part of the path.
func sign(ctx context.Context, d *run.Deps, t ticket) (Link, error) {
	key, err := signingKey(ctx, d)
	if err != nil {
		return Link{}, err
	}
	text := strings.Join([]string{t.kind, t.owner, t.id, strconv.FormatInt(t.until.Unix(), 36)}, "/")
	token := base64.RawURLEncoding.EncodeToString(append(signature(key, text), text...))
	return Link{URL: d.Config.URL() + "/media/signed/" + token + "/hls/index.m3u8", ExpiresAt: t.until}, nil
}

// read finds the ticket in the token of a link; ok is false unless it was signed here.
func read(key []byte, token string) (t ticket, ok bool) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(data) < sha256.Size {
		return t, false
	}
	text := string(data[sha256.Size:])
	if !hmac.Equal(data[:sha256.Size], signature(key, text)) {
		return t, false
	}
	words := strings.Split(text, "/")
	if len(words) != 4 {
		return t, false
	}
	until, err := strconv.ParseInt(words[3], 36, 64)
	return ticket{words[0], words[1], words[2], time.Unix(until, 0)}, err == nil
}

func signature(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// signingKey is made once for all processes.
func signingKey(ctx context.Context, d *run.Deps) ([]byte, error) {
	const known = `select key from vault.signing`
	var key []byte
	err := d.DB.QueryRow(ctx, known).Scan(&key)
	if !errors.Is(err, pgx.ErrNoRows) {
		return key, err
	}
	key = make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	if _, err := d.DB.Exec(ctx, `insert into vault.signing (key) values ($1) on conflict do nothing`, key); err != nil {
		return nil, fmt.Errorf("key for links: %w", err)
	}
	return key, d.DB.QueryRow(ctx, known).Scan(&key)
}

// GetSignedMedia asks for a file by a link.
type GetSignedMedia struct {
	Token string `path:"token" json:"-"`
	File  string `path:"file" json:"-"`
}

var getSignedMedia = api.Get("/media/signed/{token}/{file...}", "gives a file of a clip or a stream to whoever has a link to it", api.Everybody,
	func(ctx context.Context, d *run.Deps, req GetSignedMedia) (api.File, error) {
		key, err := signingKey(ctx, d)
		if err != nil {
			return api.File{}, err
		}
		t, ok := read(key, req.Token)
		if !ok {
			return api.File{}, unseen(ctx)
		}
		if time.Now().After(t.until) {
			return api.File{}, fault.New(fault.Forbidden, "this link opened it until %s: ask for a new one", t.until.UTC().Format("2006-01-02 15:04 MST"))
		}
		if t.kind == "stream" {
			v, err := findStream(ctx, d, `owner = $1 and id = $2`, t.owner, t.id)
			if err != nil {
				return api.File{}, err
			}
			v.audience = audience{signed: true}
			return v.file(ctx, d, req.File)
		}
		v, err := findClip(ctx, d, `c.owner = $1 and c.id = $2`, t.owner, t.id)
		if err != nil {
			return api.File{}, err
		}
		v.audience = audience{signed: true}
		return v.file(ctx, d, req.File)
	})
