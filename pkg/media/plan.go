package media

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
)

const (
	segmentSeconds = 4 // a segment ends at the first keyframe about that far from its start
	groupSeconds   = 2 // time between keyframes where all is encoded
	maxGap         = 5 // longest time between keyframes of a source that is copied
	minGap         = 0.5
	maxOffset      = 0.1 // seconds a copied stream may start late, or be silent in between
	maxTracks      = 8   // audio tracks that are packaged
)

// plan is what to do with each stream of a source.
type plan struct {
	video     []rung
	copyVideo bool // the first rung is the source as it is
	frameRate float64
	audio     []bool // for each track, whether it is copied
}

// plain is the plan that copies nothing, and so works for everything that can be decoded.
func plain(info Info) plan {
	p := plan{audio: make([]bool, min(len(info.Audio), maxTracks))}
	if v := info.Video; v != nil {
		p.frameRate = steadyRate(v.FrameRate)
		p.video = ladder(v.Width, v.Height, p.frameRate)
	}
	return p
}

// thrifty is the plan that copies what is right already.
func thrifty(ctx context.Context, source string, info Info) (plan, error) {
	p := plain(info)
	streams, err := scan(ctx, source, info.Container)
	if err != nil {
		return plan{}, err
	}
	for i := range p.audio {
		a := info.Audio[i]
		p.audio[i] = a.ready() && streams[a.Index].continuous(info.StartTime)
	}
	v := info.Video
	if v == nil || !v.ready() || !streams[v.Index].startable(info.StartTime) {
		return p, nil
	}
	refreshes, err := instantRefreshes(ctx, source, v.Index)
	if err != nil {
		return plan{}, err
	}
	if refreshes == streams[v.Index].keyframes {
		p.copyVideo = true
		p.frameRate = v.FrameRate
		p.video = ladder(v.Width, v.Height, p.frameRate)
		below(p.video[0], v.BitRate, p.video[1:])
	}
	return p, nil
}

// ready tells whether every browser plays the stream as it is.
func (v *Video) ready() bool {
	return v.Codec == "h264" && v.PixelFormat == "yuv420p" && v.AsStored && !v.Interlaced && !v.HDR &&
		min(v.Width, v.Height) <= sides[0] && v.Width%2 == 0 && v.Height%2 == 0
}

// ready tells whether every browser plays the track as it is.
func (a *Audio) ready() bool {
	return a.Codec == "aac" && a.Profile == "LC" && a.Channels <= 2 && (a.SampleRate == 44100 || a.SampleRate == 48000)
}

// startable tells whether segments can be cut at the keyframes.
func (p *packets) startable(start float64) bool {
	return p != nil && p.opensKey && !p.hidden && !p.jumped && p.first-start <= maxOffset && p.gap <= maxGap &&
		p.seconds() >= float64(p.keyframes-1)*minGap
}

// continuous tells whether the track has no hole. All its packets are keyframes.
func (p *packets) continuous(start float64) bool {
	return p != nil && !p.jumped && p.first-start <= maxOffset && p.gap <= maxOffset
}

// copies tells whether anything is copied.
func (p plan) copies() bool {
	for _, copied := range p.audio {
		if copied {
			return true
		}
	}
	return p.copyVideo
}

// args are ffmpeg's, from the input on. Video rungs come first in the output, then audio tracks. File names
// begin with the number of the stream in the output.
func (p plan) args(info Info) []string {
	var args, maps []string
	add := func(more ...string) { args = append(args, more...) }
	if p.copyVideo {
		maps = append(maps, "-map", fmt.Sprintf("0:%d", info.Video.Index))
		add("-c:v:0", "copy", "-tag:v:0", "avc1")
	}
	encoded := p.video
	if p.copyVideo {
		encoded = p.video[1:]
	}
	if len(encoded) > 0 {
		add("-filter_complex", p.graph(info.Video, encoded))
	}
	for i, r := range encoded {
		n := strconv.Itoa(i + len(p.video) - len(encoded))
		maps = append(maps, "-map", fmt.Sprintf("[v%d]", i))
		add("-c:v:"+n, "libx264", "-preset:v:"+n, "superfast", "-crf:v:"+n, "23", "-profile:v:"+n, "high",
			"-maxrate:v:"+n, strconv.FormatInt(r.maxRate, 10), "-bufsize:v:"+n, strconv.FormatInt(r.maxRate*3/2, 10),
			"-sc_threshold:v:"+n, "0", "-forced-idr:v:"+n, "1")
		if p.copyVideo { // keyframes where the copy has them, on a clock fine enough to tell its frames apart
			add("-g:v:"+n, "9999", "-force_key_frames:v:"+n, "source", "-enc_time_base:v:"+n, "1/90000")
		} else {
			group := strconv.Itoa(int(math.Round(p.frameRate * groupSeconds)))
			add("-g:v:"+n, group, "-keyint_min:v:"+n, group)
		}
	}
	for i, copied := range p.audio {
		n := strconv.Itoa(i)
		a := info.Audio[i]
		maps = append(maps, "-map", fmt.Sprintf("0:%d", a.Index))
		if copied {
			add("-c:a:"+n, "copy", "-tag:a:"+n, "mp4a")
			continue
		}
		channels, rate, sampleRate := "2", "160k", "48000"
		if a.Channels == 1 {
			channels, rate = "1", "96k"
		}
		if a.SampleRate == 44100 {
			sampleRate = "44100"
		}
		add("-c:a:"+n, "aac", "-b:a:"+n, rate, "-ac:a:"+n, channels, "-ar:a:"+n, sampleRate,
			"-filter:a:"+n, "aresample=async=1:first_pts=0")
	}
	args = append(args, maps...)
	return append(args, "-fps_mode", "passthrough", "-map_metadata", "-1", "-map_chapters", "-1",
		"-f", "dash", "-use_template", "1", "-use_timeline", "1", "-dash_segment_type", "mp4",
		// A little less than the aim: timestamps in milliseconds may fall just short of it.
		"-seg_duration", strconv.FormatFloat(segmentSeconds-0.1, 'f', -1, 64),
		"-init_seg_name", "$RepresentationID$-init.mp4", "-media_seg_name", "$RepresentationID$-$Number%05d$.m4s")
}

// graph is the filter graph that makes the encoded rungs, [v0] and so on, out of one decoding.
func (p plan) graph(v *Video, rungs []rung) string {
	var chain []string
	if !p.copyVideo {
		if v.Interlaced {
			chain = append(chain, "bwdif=mode=send_frame")
		}
		chain = append(chain, "fps="+rational(p.frameRate)+":start_time=0")
		if v.HDR {
			chain = append(chain, scale(rungs[0].width, rungs[0].height), toneMap(v))
		}
	}
	chain = append(chain, fmt.Sprintf("split=%d", len(rungs)))
	graph := fmt.Sprintf("[0:%d]%s", v.Index, strings.Join(chain, ","))
	for i := range rungs {
		graph += fmt.Sprintf("[s%d]", i)
	}
	for i, r := range rungs {
		graph += fmt.Sprintf(";[s%d]%s,format=yuv420p[v%d]", i, scale(r.width, r.height), i)
	}
	return graph
}

// scale makes the picture that size, with square pixels.
func scale(width, height int) string {
	return fmt.Sprintf("scale=%d:%d:flags=bilinear,setsar=1", width, height)
}

// toneMap brings high dynamic range down to what every screen shows.
func toneMap(v *Video) string {
	return "zscale=tin=" + v.Transfer + ":min=bt2020nc:pin=bt2020:rin=tv:t=linear:npl=100,format=gbrpf32le," +
		"zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
}
