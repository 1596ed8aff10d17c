package clips

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// The lines of the playlists that are stored with clips that were packaged as files.
var (
	packedSound   = regexp.MustCompile(`(?m)^#EXT-X-MEDIA:TYPE=AUDIO,.*NAME="([^"]*)"(?:,LANGUAGE="([^"]*)")?.*CHANNELS="(\d+)",URI="(\S+)\.m3u8"$`)
	packedSize    = regexp.MustCompile(`(?m)^#EXT-X-STREAM-INF:BANDWIDTH=(\d+),.*CODECS="([^",]+)(?:,([^"]+))?"(?:,RESOLUTION=(\d+)x(\d+),FRAME-RATE=([\d.]+))?.*\n(\S+)\.m3u8$`)
	packedInit    = regexp.MustCompile(`(?m)^#EXT-X-MAP:URI="\.\./cmaf/(\S+)"$`)
	packedSegment = regexp.MustCompile(`(?m)^#EXTINF:([\d.]+),\n\.\./cmaf/(\S+)$`)
)

// isPacked tells whether the clip's playlists and segments are stored as files.
func (m made) isPacked() bool { return m.pack != nil && m.pack.Version == "" }

// packed is what can be played of such a clip, as its playlists say; nothing when they are gone. The
// segments lie under a URL.
func (m made) packed(ctx context.Context, d *run.Deps, base string) (playable, error) {
	p := playable{encoded: true}
	master, err := m.stored(ctx, d, "index")
	if err != nil {
		return p, err
	}
	sound := ""
	for _, line := range packedSize.FindAllStringSubmatch(master, -1) {
		t := media.Track{ID: line[7], Codecs: line[2], Width: int(number(line[4])), Height: int(number(line[5]))}
		if t.FrameRate, _ = strconv.ParseFloat(line[6], 64); t.Width == 0 {
			sound, t.Audio, t.Channels, t.Name = line[2], true, 2, "Track 1"
		} else if line[3] != "" {
			sound = line[3]
		}
		if t, err = m.storedTrack(ctx, d, t, number(line[1]), base); err != nil {
			return p, err
		}
		if t.Audio {
			p.sound = append(p.sound, t)
		} else {
			p.video = append(p.video, t)
		}
	}
	lines := packedSound.FindAllStringSubmatch(master, -1)
	if len(lines) > 0 {
		p.sound = nil
	}
	for _, line := range lines {
		t := media.Track{ID: line[4], Codecs: sound, Audio: true, Channels: int(number(line[3])), Name: line[1], Language: line[2]}
		if t, err = m.storedTrack(ctx, d, t, 0, base); err != nil {
			return p, err
		}
		p.sound = append(p.sound, t)
	}
	return p, nil
}

// storedTrack fills in a track what its own playlist says. How large a segment is follows from the
// declared rate, in bits per second.
func (m made) storedTrack(ctx context.Context, d *run.Deps, t media.Track, rate int64, base string) (media.Track, error) {
	text, err := m.stored(ctx, d, t.ID)
	if err != nil {
		return t, err
	}
	t.Timescale, t.Complete = units, true
	if init := packedInit.FindStringSubmatch(text); init != nil {
		t.Init = base + init[1]
	}
	start := int64(0)
	for _, line := range packedSegment.FindAllStringSubmatch(text, -1) {
		seconds, _ := strconv.ParseFloat(line[1], 64)
		s := media.Segment{Start: start, Duration: int64(seconds * units), Bytes: int64(float64(rate) / 8 * seconds), URI: base + line[2], Init: t.Init}
		t.Segments = append(t.Segments, s)
		start += s.Duration
	}
	return t, nil
}

// stored reads one of the clip's HLS playlists; one that is not there is empty.
func (m made) stored(ctx context.Context, d *run.Deps, name string) (string, error) {
	r, _, err := d.Blob.Open(ctx, m.pack.Base+"/hls/"+name+".m3u8")
	if errors.Is(err, blob.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	var text strings.Builder
	if _, err := io.Copy(&text, r); err != nil {
		return "", fmt.Errorf("playlist of clip %s: %w", m.id, err)
	}
	return text.String(), nil
}

// number reads digits; none are zero.
func number(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}
